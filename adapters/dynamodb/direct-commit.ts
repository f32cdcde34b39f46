import type { CommitResult } from '#service/ports/resource-store.ts'
import { isConflict, type Placement } from './placements.ts'
import type { StoreContext } from './store-context.ts'
import type { Put, Refusal } from './table.ts'
import { assertTimely } from './timeliness.ts'

export const COMMITTED: CommitResult = Object.freeze({ committed: true })

export interface DirectCommit {
  readonly placements: readonly Placement[]
  /** In every item that this commit writes, and in no other. */
  readonly nonce: string
  /** The earliest lastUpdated. */
  readonly oldest: number
  readonly deadline: number
}

/** Everything in one request, which is atomic: a put, or one transaction of DynamoDB's own. */
export async function commitDirectly(
  context: StoreContext,
  { placements, nonce, oldest, deadline }: DirectCommit,
): Promise<CommitResult> {
  const conditions = placements.map(({ first }) => first)
  for (;;) {
    assertTimely(context, oldest)
    const puts = placements.map((placement, index) => placement.put(conditions[index] ?? placement.first))
    const refusals = await attempt(context, puts, deadline)
    // An attempt before this one has landed, and its answer was lost.
    if (!refusals || refusals.some(refusal => refusal?.found?.nonce === nonce)) return COMMITTED
    for (const [index, placement] of placements.entries()) {
      const refusal = refusals[index]
      if (!refusal) continue
      const answer = await placement.retry(refusal.found, undefined, deadline)
      if (isConflict(answer)) return { committed: false, conflict: answer }
      conditions[index] = answer
    }
  }
}

/** @returns what was in the way, by position; undefined when it is written. */
async function attempt(
  { table, ids }: StoreContext,
  puts: readonly Put[],
  deadline: number,
): Promise<readonly (Refusal | undefined)[] | undefined> {
  const [only] = puts
  if (only && puts.length === 1) {
    const outcome = await table.write(only, deadline)
    return outcome.done ? undefined : [outcome]
  }
  const outcome = await table.transact(puts, ids.nonce(), deadline)
  return outcome.done ? undefined : outcome.refusals
}
