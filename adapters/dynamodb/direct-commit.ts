import type { CommitResult } from '#service/ports/resource-store.ts'
import { type Conflict, isConflict, type Placement } from './placements.ts'
import type { StoreContext } from './store-context.ts'
import type { Action, Check, Refusal } from './table.ts'
import { assertTimely } from './timeliness.ts'

export const COMMITTED: CommitResult = Object.freeze({ committed: true })

export interface DirectCommit {
  readonly placements: readonly Placement[]
  readonly targets: readonly CheckedTarget[]
  /** In every item that this commit writes, and in no other. */
  readonly nonce: string
  /** The earliest lastUpdated. */
  readonly oldest: number
  readonly deadline: number
}

/** What is referred to, and that it is there. */
export interface CheckedTarget {
  readonly first: Check
  /** The same anew after it did not hold, or the conflict. */
  again(deadline: number): Promise<Check | Conflict>
}

/** Everything in one request, which is atomic: a put, or one transaction of DynamoDB's own. */
export async function commitDirectly(
  context: StoreContext,
  { placements, targets, nonce, oldest, deadline }: DirectCommit,
): Promise<CommitResult> {
  const conditions = placements.map(({ first }) => first)
  const checks = targets.map(({ first }) => first)
  for (;;) {
    assertTimely(context, oldest)
    const puts = placements.map((placement, index) => placement.put(conditions[index] ?? placement.first))
    const refusals = await attempt(context, [...puts, ...checks], deadline)
    // An attempt before this one has landed, and its answer was lost.
    if (!refusals || refusals.some(refusal => refusal?.found?.nonce === nonce)) return COMMITTED
    for (const [index, placement] of placements.entries()) {
      const refusal = refusals[index]
      if (!refusal) continue
      const answer = await placement.retry(refusal.found, undefined, deadline)
      if (isConflict(answer)) return { committed: false, conflict: answer }
      conditions[index] = answer
    }
    for (const [index, target] of targets.entries()) {
      if (!refusals[placements.length + index]) continue
      const answer = await target.again(deadline)
      if (answer.kind !== 'check') return { committed: false, conflict: answer }
      checks[index] = answer
    }
  }
}

/** @returns what was in the way, by position; undefined when it is written. */
async function attempt(
  { table, ids }: StoreContext,
  actions: readonly Action[],
  deadline: number,
): Promise<readonly (Refusal | undefined)[] | undefined> {
  const [only] = actions
  if (only && only.kind !== 'check' && actions.length === 1) {
    const outcome = await table.write(only, deadline)
    return outcome.done ? undefined : [outcome]
  }
  const outcome = await table.transact(actions, ids.nonce(), deadline)
  return outcome.done ? undefined : outcome.refusals
}
