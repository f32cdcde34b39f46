/** What becomes of the creates with ifNoneExist in a transaction. R4 http.html#ccreate */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Revealed } from '../fhir-service.ts'
import { type Condition, claimHolder, claimOf, findMatches, multipleMatches } from '../interactions/condition.ts'
import { mapConcurrently } from '../map-concurrently.ts'
import type { Claim } from '../ports/resource-store.ts'
import type { ResourceKey } from '../ports/stored-version.ts'
import type { DraftCreate, Drafts } from './drafts.ts'
import { faultCollector } from './entry-fault.ts'
import { documentOfDraft, stagedDocuments } from './staged-documents.ts'

export interface ResolvedCreates {
  /** Creates that write nothing, because this is there already. */
  readonly found: ReadonlyMap<DraftCreate, Revealed>
  /** Creates that write nothing, because this other create of the same transaction matches. */
  readonly merged: ReadonlyMap<DraftCreate, DraftCreate>
  /** To be committed with the rest, so that nobody else creates for the same condition. */
  readonly claims: readonly Claim[]
}

type ConditionalCreate = DraftCreate & { readonly condition: Condition }

/**
 * R4 http.html#trules: when creates are processed, deletes have happened and updates have not. So a condition sees the
 * store without what is deleted, and those creates that have no condition. Entries with one condition are one create.
 * Links to other entries are not resolved yet at this point: a condition on them doesn't see the staged resources.
 * @param holders who held a claim when an attempt before met it.
 * @throws Fault precondition-failed that names each entry whose condition matches several.
 */
export async function resolveCreates(
  context: ServiceContext,
  call: Call,
  drafts: Drafts,
  holders: ReadonlyMap<string, ResourceKey>,
): Promise<ResolvedCreates> {
  const groups = [...Map.groupBy(drafts.creates.filter(isConditional), draft => draft.condition.claim).values()]
  const found = new Map<DraftCreate, Revealed>()
  const merged = new Map<DraftCreate, DraftCreate>()
  const claims: Claim[] = []
  if (groups.length === 0) return { found, merged, claims }
  const findStaged = stagedCreates(context, call, drafts.creates, new Set(groups.map(([first]) => first?.type)))
  const deleted = new Set(drafts.deletes.map(({ type, id }) => `${type}/${id}`))
  const faults = faultCollector()
  await mapConcurrently(groups, context.limits.concurrencyMax, async group => {
    const [first, ...others] = group
    if (!first) return
    const { condition } = first
    const stored = await findMatches(context, call, condition, deleted)
    const staged = findStaged(condition)
    if (stored.length + staged.length > 1) {
      for (const { entry } of group) faults.refuse(entry.index, multipleMatches(condition), 'request.ifNoneExist')
      return
    }
    if (staged[0]) {
      for (const draft of group) merged.set(draft, staged[0])
      return
    }
    const holder = holders.get(condition.claim)
    const claimed = holder && !deleted.has(`${holder.type}/${holder.id}`)
    const match = stored[0] ?? (claimed ? await claimHolder(context, call, condition, holder) : undefined)
    if (match) {
      for (const draft of group) found.set(draft, match)
      return
    }
    for (const draft of others) merged.set(draft, first)
    claims.push(claimOf(condition, first, holder))
  })
  faults.throwAny()
  return { found, merged, claims }
}

const isConditional = (draft: DraftCreate): draft is ConditionalCreate => draft.condition !== undefined

function stagedCreates(
  context: ServiceContext,
  call: Call,
  creates: readonly DraftCreate[],
  types: ReadonlySet<string | undefined>,
): (condition: Condition) => readonly DraftCreate[] {
  const plain = new Map(
    creates.filter(draft => !draft.condition && types.has(draft.type)).map(draft => [draft.id, draft]),
  )
  const documents = [...plain.values()].map(draft => documentOfDraft(context, call, draft.id, draft.content))
  const staged = stagedDocuments(documents)
  return ({ query }) => staged.find(query).flatMap(({ id }) => plain.get(id) ?? [])
}
