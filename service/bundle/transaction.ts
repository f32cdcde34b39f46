/** R4 http.html#transaction: all entries or none. */
import type { Undo } from '../binary/keep-bytes.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { fault } from '../fault.ts'
import type { BundleRequest } from '../fhir-service.ts'
import { commitIndexed } from '../interactions/commit-indexed.ts'
import { readClaim } from '../interactions/condition.ts'
import { namesVersion, overtaken } from '../interactions/if-match.ts'
import { commitOnce, type OnceOutcome, onlyOnce } from '../interactions/once.ts'
import { invariant } from '../invariant.ts'
import { mapConcurrently } from '../map-concurrently.ts'
import type { CommitResult } from '../ports/resource-store.ts'
import type { ResourceKey } from '../ports/stored-version.ts'
import { answerBudget } from './answer-budget.ts'
import { type Drafts, draftEntries } from './drafts.ts'
import { type BundleEntry, isRefused, type RefusedEntry } from './entries.ts'
import { atEntry } from './entry-fault.ts'
import { dropOutcomes, keepOutcomes, readOutcomes } from './kept-outcomes.ts'
import type { EntryOutcome } from './outcome.ts'
import { type Plan, planTransaction } from './plan.ts'
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
  { prefer, once }: Pick<BundleRequest, 'prefer' | 'once'>,
): Promise<EntryOutcome[]> {
  const drafts = await draftEntries(context, call, entries)
  const commit = (within: ServiceContext) => commitDrafts(within, call, drafts, prefer)
  const written = await (once ? onlyOnce(context, call, once, commit, replay(context, call)) : commit(context))
  const accepted = entries.filter((entry): entry is BundleEntry => !isRefused(entry))
  const budget = answerBudget(context.limits)
  return mapConcurrently(
    accepted,
    context.limits.concurrencyMax,
    async entry => written.get(entry.index) ?? readEntry(context, call, entry, budget),
  )
}

const replay =
  (context: ServiceContext, call: Call) =>
  (outcome: OnceOutcome): Promise<ReadonlyMap<number, EntryOutcome>> => {
    invariant(outcome.kind === 'transaction', `${outcome.kind} is no transaction`)
    return readOutcomes(context, call, outcome.key)
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
  const { deletes, creates, updates, conditional } = drafts
  if (deletes.length + creates.length + updates.length + conditional.length === 0) return new Map()
  const holders = new Map<string, ResourceKey>()
  for (let attempt = 1; attempt <= context.limits.writeAttemptsMax; attempt++) {
    const undos: Undo[] = []
    const plan = await planTransaction(context, call, drafts, holders, undos).catch(async (error: unknown) => {
      await undoAll(undos)
      throw error
    })
    if (plan.changes.length === 0) return planOutcomes(call, drafts, plan, prefer)
    const { outcomes, conflict } = await commitPlan(context, call, plan, () => planOutcomes(call, drafts, plan, prefer))
    if (outcomes) return outcomes
    await undoAll(undos)
    await learn(context, call, plan, holders, conflict)
  }
  throw fault('conflict', 'Other writes to the same resources keep coming first: try the transaction again', {
    retryAfterSeconds: 1,
  })
}

/** Nothing of it was written. Where it is not certain, as when a commit fails, all is left as it is. */
async function undoAll(undos: readonly Undo[]): Promise<void> {
  for (const undo of undos) await undo()
}

type Conflict = Extract<CommitResult, { readonly committed: false }>['conflict']

type Outcomes = ReadonlyMap<number, EntryOutcome>

async function commitPlan(
  context: ServiceContext,
  call: Call,
  { changes, claims, refersTo, confirm }: Plan,
  outcomesOf: () => Outcomes,
): Promise<
  | { readonly outcomes: Outcomes; readonly conflict?: undefined }
  | { readonly outcomes?: undefined; readonly conflict: Conflict }
> {
  const held = { ...(refersTo && { refersTo }), ...(confirm && { confirm }) }
  const request = { changes, claims, deadline: call.deadline, ...held }
  if (!context.once) {
    const result = await commitIndexed(context, call, request)
    return result.committed ? { outcomes: outcomesOf() } : { conflict: result.conflict }
  }
  const outcomes = outcomesOf()
  const key = await keepOutcomes(context, call, outcomes)
  const result = await commitOnce(context, call, request, { kind: 'transaction', key })
  if (result.committed) return { outcomes }
  await dropOutcomes(context, call, key)
  return { conflict: result.conflict }
}

/**
 * @throws Fault what stands against a delete.
 * @throws Fault precondition-failed where the race was lost on an entry with ifMatch: another attempt can't win it.
 */
async function learn(
  context: ServiceContext,
  call: Call,
  { targets: { deletes, updates } }: Plan,
  holders: Map<string, ResourceKey>,
  conflict: Conflict,
): Promise<void> {
  if (conflict.kind === 'unconfirmed') throw conflict.fault
  // Whoever deletes the target, or refers to it, has been faster: the next plan sees it.
  if (conflict.kind === 'reference') return
  if (conflict.kind === 'claim') {
    const holder = conflict.resource ?? (await readClaim(context, call, conflict))
    if (holder) holders.set(conflict.claim, holder)
    else holders.delete(conflict.claim)
    return
  }
  const { type, id } = conflict
  const entry = [...deletes, ...updates].find(draft => draft.type === type && draft.id === id)?.entry
  if (entry && namesVersion(entry.ifMatch))
    throw atEntry(entry.index, overtaken(conflict, entry.ifMatch), 'request.ifMatch')
}
