import type { Call } from '../call.ts'
import type { BundleRequest } from '../fhir-service.ts'
import { attributesOfChange, writtenVersion } from '../interactions/prepare.ts'
import { invariant } from '../invariant.ts'
import type { DraftCreate, Drafts } from './drafts.ts'
import { deleteOutcome, type EntryOutcome, writeOutcome } from './outcome.ts'
import type { Plan } from './plan.ts'

/** What each writing entry of a committed transaction answers, by its index. */
export function planOutcomes(
  call: Call,
  drafts: Drafts,
  plan: Plan,
  prefer: BundleRequest['prefer'],
): ReadonlyMap<number, EntryOutcome> {
  const outcomes = new Map<number, EntryOutcome>()
  const deletes = [...drafts.deletes, ...drafts.conditional.filter(({ kind }) => kind === 'conditional-delete')]
  for (const { entry } of deletes) {
    const tombstones = plan.tombstones.get(entry.index) ?? []
    outcomes.set(entry.index, deleteOutcome(tombstones.map(attributesOfChange), prefer))
  }
  for (const draft of drafts.creates) {
    outcomes.set(draft.entry.index, createOutcome(call, plan, draft, prefer))
  }
  for (const [index, version] of plan.targets.unchanged) {
    outcomes.set(index, writeOutcome(call, { kind: 'unchanged', version }, prefer))
  }
  for (const { entry } of plan.targets.updates) {
    const previous = plan.newest.get(entry.index)
    const kind = previous && !previous.deleted ? 'updated' : 'created'
    outcomes.set(entry.index, writeOutcome(call, { kind, version: versionOf(plan, entry.index) }, prefer))
  }
  return outcomes
}

function createOutcome(call: Call, plan: Plan, draft: DraftCreate, prefer: BundleRequest['prefer']): EntryOutcome {
  const found = plan.creates.found.get(draft)
  if (found) return writeOutcome(call, { kind: 'unchanged', version: found }, prefer)
  const twin = plan.creates.merged.get(draft)
  if (draft.entry.follows !== undefined && !plan.writes.has(draft.entry.index)) return { status: '204 No Content' }
  if (twin) return writeOutcome(call, { kind: 'unchanged', version: versionOf(plan, twin.entry.index) }, prefer)
  return writeOutcome(call, { kind: 'created', version: versionOf(plan, draft.entry.index) }, prefer)
}

function versionOf(plan: Plan, index: number) {
  const change = plan.writes.get(index)
  invariant(change, `entry ${index} was committed without having been prepared`)
  return writtenVersion(change)
}
