/** R4 http.html#transaction: all entries or none. */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { fault } from '../fault.ts'
import type { BundleRequest } from '../fhir-service.ts'
import { readClaim } from '../interactions/condition.ts'
import { overtaken } from '../interactions/if-match.ts'
import { mapConcurrently } from '../map-concurrently.ts'
import type { CommitResult } from '../ports/resource-store.ts'
import type { ResourceKey } from '../ports/stored-version.ts'
import { type Drafts, draftEntries } from './drafts.ts'
import { type BundleEntry, isRefused, type RefusedEntry } from './entries.ts'
import { atEntry } from './entry-fault.ts'
import type { EntryOutcome } from './outcome.ts'
import { planTransaction } from './plan.ts'
import { planOutcomes } from './plan-outcomes.ts'
import { readEntry } from './read-entry.ts'

/**
 * Reads and searches run after the commit and see it.
 * @throws Fault with the issues of every entry that stands in the way; nothing is written then.
 */
export async function transaction(
  context: ServiceContext,
  call: Call,
  entries: readonly (BundleEntry | RefusedEntry)[],
  prefer: BundleRequest['prefer'],
): Promise<EntryOutcome[]> {
  const drafts = await draftEntries(context, call, entries)
  const written = await commitDrafts(context, call, drafts, prefer)
  const accepted = entries.filter((entry): entry is BundleEntry => !isRefused(entry))
  return mapConcurrently(
    accepted,
    context.limits.concurrencyMax,
    async entry => written.get(entry.index) ?? readEntry(context, call, entry),
  )
}

/**
 * Conditions and links are resolved and versions made anew for each attempt, since a lost race may have changed what
 * they come to.
 */
async function commitDrafts(
  context: ServiceContext,
  call: Call,
  drafts: Drafts,
  prefer: BundleRequest['prefer'],
): Promise<ReadonlyMap<number, EntryOutcome>> {
  const { deletes, creates, updates } = drafts
  if (deletes.length + creates.length + updates.length === 0) return new Map()
  const holders = new Map<string, ResourceKey>()
  for (let attempt = 1; attempt <= context.limits.writeAttemptsMax; attempt++) {
    const plan = await planTransaction(context, call, drafts, holders)
    const { changes, claims } = plan
    if (changes.length === 0) return planOutcomes(call, drafts, plan, prefer)
    const result = await context.ports.store.commit(call.tenant, { changes, claims, deadline: call.deadline })
    if (result.committed) return planOutcomes(call, drafts, plan, prefer)
    await learn(context, call, drafts, holders, result.conflict)
  }
  throw fault('conflict', 'Other writes to the same resources keep coming first: try the transaction again', {
    retryAfterSeconds: 1,
  })
}

/** @throws Fault precondition-failed where the race was lost on an entry with ifMatch: another attempt can't win it. */
async function learn(
  context: ServiceContext,
  call: Call,
  { deletes, updates }: Drafts,
  holders: Map<string, ResourceKey>,
  conflict: Extract<CommitResult, { readonly committed: false }>['conflict'],
): Promise<void> {
  if (conflict.kind === 'claim') {
    const holder = conflict.resource ?? (await readClaim(context, call, conflict))
    if (holder) holders.set(conflict.claim, holder)
    else holders.delete(conflict.claim)
    return
  }
  const { type, id } = conflict
  const entry = [...deletes, ...updates].find(draft => draft.type === type && draft.id === id)?.entry
  if (entry?.ifMatch !== undefined) throw atEntry(entry.index, overtaken(conflict, entry.ifMatch), 'request.ifMatch')
}
