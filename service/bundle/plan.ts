/** What a transaction is going to commit, worked out against the store as it is at this moment. */
import { notPermitted } from '../access/permit.ts'
import { readNewestInBatches } from '../access/read-many.ts'
import { reveal } from '../access/reveal.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Definitions } from '../definitions.ts'
import { assertMatch } from '../interactions/if-match.ts'
import { prepareTombstone, prepareWrite } from '../interactions/prepare.ts'
import type { Change, Claim } from '../ports/resource-store.ts'
import type { ResourceKey, StoredVersion } from '../ports/stored-version.ts'
import { type ResolveLink, rewriteLinks } from '../resource/references.ts'
import { breathe } from './breathe.ts'
import { type ResolvedCreates, resolveCreates } from './conditional-creates.ts'
import { type DraftWrite, resolveConditionalReferences } from './conditional-references.ts'
import type { DraftDelete, Drafts, DraftUpdate } from './drafts.ts'
import { faultCollector } from './entry-fault.ts'
import { type LinkTargets, linkResolver } from './links.ts'

export interface Plan {
  /** Deletes, creates, updates: the order of R4 http.html#trules. */
  readonly changes: readonly Change[]
  readonly claims: readonly Claim[]
  /** By index of the entry. A delete without one had nothing to delete. */
  readonly tombstones: ReadonlyMap<number, Change>
  readonly writes: ReadonlyMap<number, Change>
  readonly creates: ResolvedCreates
  /** Newest versions before the transaction, by index of the entry. */
  readonly newest: ReadonlyMap<number, StoredVersion | undefined>
}

/**
 * @param holders who held a claim when an attempt before met it.
 * @throws Fault with the issues of every entry that the state of the store stands against.
 */
export async function planTransaction(
  context: ServiceContext,
  call: Call,
  drafts: Drafts,
  holders: ReadonlyMap<string, ResourceKey>,
): Promise<Plan> {
  const definitions = context.definitions.for(call.tenant)
  const newest = await readTargets(context, call, definitions, drafts)
  const creates = await resolveCreates(context, call, drafts, holders)
  const writing: readonly DraftWrite[] = [
    ...drafts.creates.filter(draft => !creates.found.has(draft) && !creates.merged.has(draft)),
    ...drafts.updates,
  ]
  const byFullUrl = targetsByFullUrl(drafts, creates)
  const resolverWith = (byCondition: LinkTargets['byCondition']) => (draft: DraftWrite) =>
    linkResolver({ byFullUrl, byCondition }, draft.entry.fullUrl, call.baseUrl)
  const byCondition = await resolveConditionalReferences(context, call, drafts, writing, resolverWith(new Map()))
  const now = context.ports.clock.now()
  const tombstones = new Map<number, Change>()
  for (const { entry } of drafts.deletes) {
    const previous = newest.get(entry.index)
    if (previous && !previous.deleted) tombstones.set(entry.index, prepareTombstone(call, previous, now))
  }
  const writes = await prepareWrites(context, call, writing, newest, resolverWith(byCondition), now)
  const changes = [...tombstones.values(), ...writes.values()]
  return { changes, claims: creates.claims, tombstones, writes, creates, newest }
}

/** The newest versions of what is updated and deleted, with access and ifMatch seen to. */
async function readTargets(
  context: ServiceContext,
  call: Call,
  definitions: Definitions,
  drafts: Drafts,
): Promise<ReadonlyMap<number, StoredVersion | undefined>> {
  const targets: readonly (DraftDelete | DraftUpdate)[] = [...drafts.deletes, ...drafts.updates]
  const versions = await readNewestInBatches(
    context,
    call,
    targets.map(({ type, id }) => ({ type, id })),
  )
  const faults = faultCollector()
  const newest = new Map<number, StoredVersion | undefined>()
  for (const [position, draft] of targets.entries()) {
    const version = versions[position]
    newest.set(draft.entry.index, version)
    const { index, ifMatch } = draft.entry
    const gone = draft.kind === 'delete' && version?.deleted
    if (version && !gone && !reveal(call, context.policy, definitions, version)) {
      faults.refuse(index, notPermitted(draft.kind, draft.type))
    } else {
      faults.try(index, () => assertMatch(draft, version, ifMatch), 'request.ifMatch')
    }
  }
  faults.throwAny()
  return newest
}

function targetsByFullUrl(
  { creates, updates }: Drafts,
  { found, merged }: ResolvedCreates,
): ReadonlyMap<string, string> {
  const targets = new Map<string, string>()
  for (const draft of creates) {
    const { type, id } = found.get(draft) ?? merged.get(draft) ?? draft
    if (draft.entry.fullUrl !== undefined) targets.set(draft.entry.fullUrl, `${type}/${id}`)
  }
  for (const { entry, type, id } of updates) {
    if (entry.fullUrl !== undefined) targets.set(entry.fullUrl, `${type}/${id}`)
  }
  return targets
}

async function prepareWrites(
  context: ServiceContext,
  call: Call,
  drafts: readonly DraftWrite[],
  newest: ReadonlyMap<number, StoredVersion | undefined>,
  resolverOf: (draft: DraftWrite) => ResolveLink,
  now: number,
): Promise<ReadonlyMap<number, Change>> {
  const definitions = context.definitions.for(call.tenant)
  const faults = faultCollector()
  const writes = new Map<number, Change>()
  for (const [position, draft] of drafts.entries()) {
    await breathe(position)
    const { index } = draft.entry
    const { kind, type, id } = draft
    const prepared = faults.try(index, () => {
      const content = rewriteLinks(definitions, draft.content, resolverOf(draft))
      const method = kind === 'create' ? 'POST' : 'PUT'
      return prepareWrite(context, call, definitions, { method, type, id, content, previous: newest.get(index), now })
    })
    // The content is let go: thousands of them would only be carried from one garbage collection to the next.
    if (prepared) writes.set(index, prepared.change)
  }
  faults.throwAny()
  return writes
}
