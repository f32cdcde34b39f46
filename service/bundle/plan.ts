/** What a transaction is going to commit, worked out against the store as it is at this moment. */
import { notPermitted } from '../access/permit.ts'
import { readNewestInBatches } from '../access/read-many.ts'
import { revealEach } from '../access/reveal-each.ts'
import { withoutAttachmentUrls } from '../binary/attachment-urls.ts'
import { keepBytes, type Undo } from '../binary/keep-bytes.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { mindsDeletes, refusedDeletes } from '../interactions/confirmed-deletes.ts'
import { assertAbsent, assertMatch, assertMatchGiven } from '../interactions/if-match.ts'
import { prepareTombstone, prepareWrite } from '../interactions/prepare.ts'
import {
  applyReferenceRules,
  hasReferenceRules,
  referredBy,
  type Staged,
  stagedDeletes,
} from '../interactions/reference-rules.ts'
import type { Change, Claim, CommitRequest, Target as ReferenceTarget } from '../ports/resource-store.ts'
import type { ResourceKey, VersionAttributes } from '../ports/stored-version.ts'
import { carryLabels, isReplaced, type Replaced } from '../resource/carry-labels.ts'
import { type ResolveLink, rewriteLinks } from '../resource/references.ts'
import { breathe } from './breathe.ts'
import { type ResolvedCreates, resolveCreates } from './conditional-creates.ts'
import { type DraftWrite, resolveConditionalReferences } from './conditional-references.ts'
import type { DraftDelete, Drafts, DraftUpdate } from './drafts.ts'
import { faultCollector } from './entry-fault.ts'
import { type LinkTargets, linkResolver } from './links.ts'
import { type ResolvedTargets, resolveTargets } from './resolve-targets.ts'

/** A newest version, with its content where the caller sees it. */
type Target = VersionAttributes | (VersionAttributes & Replaced)

export interface Plan extends Pick<CommitRequest, 'refersTo' | 'confirm'> {
  /** Deletes, creates, updates: the order of R4 http.html#trules. */
  readonly changes: readonly Change[]
  readonly claims: readonly Claim[]
  /** By index of the entry. A delete without one had nothing to delete. */
  readonly tombstones: ReadonlyMap<number, readonly Change[]>
  readonly writes: ReadonlyMap<number, Change>
  readonly creates: ResolvedCreates
  /** Newest versions before the transaction, by index of the entry. */
  readonly newest: ReadonlyMap<number, Target | undefined>
  /** What entries with conditions, and patches, have come to. */
  readonly targets: ResolvedTargets
}

/**
 * @param holders who held a claim when an attempt before met it.
 * @param undos gets what takes away again what was kept outside of the versions.
 * @throws Fault with the issues of every entry that the state of the store stands against.
 */
export async function planTransaction(
  context: ServiceContext,
  call: Call,
  named: Drafts,
  holders: ReadonlyMap<string, ResourceKey>,
  undos: Undo[],
): Promise<Plan> {
  const targets = await resolveTargets(context, call, named, holders)
  const drafts = { ...named, deletes: targets.deletes, updates: targets.updates }
  const newest = await readTargets(context, call, drafts)
  const creates = await resolveCreates(context, call, drafts, holders)
  const writing = withoutIdleFollowers(drafts, newest, [
    ...drafts.creates.filter(draft => !creates.found.has(draft) && !creates.merged.has(draft)),
    ...drafts.updates,
  ])
  const byFullUrl = targetsByFullUrl(drafts, creates)
  const resolverWith = (byCondition: LinkTargets['byCondition']) => (draft: DraftWrite) =>
    linkResolver({ byFullUrl, byCondition }, draft.entry.fullUrl, call.baseUrl)
  const byCondition = await resolveConditionalReferences(context, call, drafts, writing, resolverWith(new Map()))
  const now = context.ports.clock.now()
  const deleted: VersionAttributes[] = []
  const tombstones = new Map<number, Change[]>()
  for (const draft of drafts.deletes) {
    const { index } = draft.entry
    const previous = draft.previous ?? newest.get(index)
    if (!previous || previous.deleted) continue
    deleted.push(previous)
    const known = tombstones.get(index) ?? []
    tombstones.set(index, [...known, prepareTombstone(call, previous, now)])
  }
  const staged = stagedBy(writing, newest, deleted)
  const resolverOf = resolverWith(byCondition)
  const prepared = await prepareWrites(context, call, writing, { newest, resolverOf, now, staged, undos })
  const { writes, refersTo } = prepared
  const changes = [...[...tombstones.values()].flat(), ...writes.values()]
  const claims = [...creates.claims, ...targets.claims]
  const held = { ...referredBy(refersTo), ...confirmed(context, call, tombstones, staged) }
  return { changes, claims, ...held, tombstones, writes, creates, newest, targets }
}

function withoutIdleFollowers(
  { deletes }: Drafts,
  newest: ReadonlyMap<number, Target | undefined>,
  writing: readonly DraftWrite[],
): readonly DraftWrite[] {
  if (!writing.some(({ entry }) => entry.follows !== undefined)) return writing
  const busy = new Set(writing.map(({ entry }) => entry.index))
  for (const { entry } of deletes) if (newest.get(entry.index)?.deleted === false) busy.add(entry.index)
  return writing.filter(({ entry }) => entry.follows === undefined || busy.has(entry.follows))
}

/** The newest versions of what is updated and deleted, with access and ifMatch seen to. */
async function readTargets(
  context: ServiceContext,
  call: Call,
  drafts: Drafts,
): Promise<ReadonlyMap<number, Target | undefined>> {
  const all: readonly (DraftDelete | DraftUpdate)[] = [...drafts.deletes, ...drafts.updates]
  const targets = all.filter(({ previous }) => previous === undefined)
  const versions = await readNewestInBatches(
    context,
    call,
    targets.map(({ type, id }) => ({ type, id })),
  )
  const seen = await revealEach(context, call, versions)
  const faults = faultCollector()
  const newest = new Map<number, Target | undefined>()
  for (const draft of all) {
    const { entry, previous } = draft
    if (!previous) continue
    newest.set(entry.index, previous)
    faults.try(entry.index, () => assertMatch(draft, previous, entry.ifMatch), 'request.ifMatch')
    faults.try(entry.index, () => assertMatchGiven(context.rules, draft, previous, entry.ifMatch), 'request.ifMatch')
  }
  for (const [position, draft] of targets.entries()) {
    const version = versions[position]
    newest.set(draft.entry.index, seen[position] ?? version)
    const { index, ifMatch } = draft.entry
    const gone = draft.kind === 'delete' && version?.deleted
    if (version && !gone && !seen[position]) {
      faults.refuse(index, notPermitted(draft.kind, draft.type))
    } else {
      faults.try(index, () => assertMatch(draft, version, ifMatch), 'request.ifMatch')
      faults.try(index, () => assertMatchGiven(context.rules, draft, version, ifMatch), 'request.ifMatch')
      if (draft.kind === 'update' && draft.isNew) faults.try(index, () => assertAbsent(draft, version))
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

interface Preparation {
  readonly undos: Undo[]
  readonly newest: ReadonlyMap<number, Target | undefined>
  readonly resolverOf: (draft: DraftWrite) => ResolveLink
  readonly now: number
  readonly staged: Staged
}

function stagedBy(
  writing: readonly DraftWrite[],
  newest: ReadonlyMap<number, Target | undefined>,
  deleted: readonly VersionAttributes[],
): Staged {
  const deletes = stagedDeletes(deleted)
  const versions = writing.map(({ type, id, entry }) => {
    const versionId = (newest.get(entry.index)?.versionId ?? 0) + 1
    return [`${type}/${id}`, versionId] as const
  })
  return { ...deletes, written: new Map([...deletes.written, ...versions]) }
}

/** What stands against the deletes, entry by entry; what the same commit writes is judged by what becomes of it. */
function confirmed(
  context: ServiceContext,
  call: Call,
  tombstones: ReadonlyMap<number, readonly Change[]>,
  staged: Staged,
): Pick<CommitRequest, 'confirm'> {
  if (tombstones.size === 0 || !mindsDeletes(context)) return {}
  return {
    async confirm() {
      const faults = faultCollector()
      const deleted = Array.from(tombstones, ([index, changes]) => changes.map(({ type, id }) => ({ type, id, index })))
      const refused = await refusedDeletes(context, call, deleted.flat(), staged)
      for (const { key, fault } of refused) faults.refuse(key.index, fault)
      return faults.all()
    },
  }
}

interface PreparedWrites {
  /** By index of the entry. */
  readonly writes: ReadonlyMap<number, Change>
  readonly refersTo: readonly ReferenceTarget[]
}

async function prepareWrites(
  context: ServiceContext,
  call: Call,
  drafts: readonly DraftWrite[],
  { newest, resolverOf, now, staged, undos }: Preparation,
): Promise<PreparedWrites> {
  const definitions = context.definitions.for(call.tenant)
  const faults = faultCollector()
  const refersTo: ReferenceTarget[] = []
  const writes = new Map<number, Change>()
  for (const [position, draft] of drafts.entries()) {
    await breathe(position)
    const { index } = draft.entry
    const { type, id } = draft
    const kept = type === 'Binary' ? await keepBytes(context, call, id, draft.content, 'nothing') : undefined
    if (kept) undos.push(kept.undo)
    const given = await withoutAttachmentUrls(context, call, kept?.content ?? draft.content)
    const linked = rewriteLinks(definitions, given, resolverOf(draft))
    const referring = hasReferenceRules(context)
      ? await faults.after(index, applyReferenceRules(context, call, linked, staged))
      : { content: linked, refersTo: [] }
    if (!referring) continue
    const { content } = referring
    refersTo.push(...referring.refersTo)
    const prepared = faults.try(index, () => {
      const method = draft.kind === 'create' ? 'POST' : draft.method
      const previous = newest.get(index)
      const updated = method === 'PUT' && isReplaced(previous) ? carryLabels(content, previous) : content
      return prepareWrite(context, call, definitions, { method, type, id, content: updated, previous, now })
    })
    // The content is let go: thousands of them would only be carried from one garbage collection to the next.
    if (prepared) writes.set(index, prepared.change)
  }
  faults.throwAny()
  return { writes, refersTo }
}
