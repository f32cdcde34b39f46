/** Which resources the entries of a transaction change that say it by a condition, and what a patch makes of one. */
import { notPermitted } from '../access/permit.ts'
import { readNewestInBatches } from '../access/read-many.ts'
import { isRevealed } from '../access/reveal.ts'
import { revealOne } from '../access/reveal-each.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { Fault, fault } from '../fault.ts'
import type { Revealed } from '../fhir-service.ts'
import { claimHolder, claimOf, findMatch, findMatches, getMatch, tooManyMatches } from '../interactions/condition.ts'
import { assertMatchId } from '../interactions/conditional-update.ts'
import { assertMatch } from '../interactions/if-match.ts'
import { notFound } from '../interactions/known-type.ts'
import { patchedContent } from '../interactions/patch.ts'
import { gone } from '../interactions/read.ts'
import { mapConcurrently } from '../map-concurrently.ts'
import type { Claim } from '../ports/resource-store.ts'
import type { ResourceKey, StoredVersion } from '../ports/stored-version.ts'
import {
  BEFORE_RESOLVING,
  type ConditionalDraft,
  type DraftDelete,
  type Drafts,
  type DraftUpdate,
  refuseOverlap,
} from './drafts.ts'
import { type FaultCollector, faultCollector } from './entry-fault.ts'

export interface ResolvedTargets {
  /** Those of the drafts, and what the conditions have come to. */
  readonly deletes: readonly DraftDelete[]
  readonly updates: readonly DraftUpdate[]
  /** Patches that change nothing, by index of the entry. */
  readonly unchanged: ReadonlyMap<number, Revealed>
  readonly claims: readonly Claim[]
}

interface Resolution extends ResolvedTargets {
  readonly deletes: DraftDelete[]
  readonly updates: DraftUpdate[]
  readonly unchanged: Map<number, Revealed>
  readonly claims: Claim[]
  readonly faults: FaultCollector
  readonly holders: ReadonlyMap<string, ResourceKey>
}

/**
 * R4 http.html#trules. Conditions see the store as it is before the transaction, without what it deletes by name. A
 * resource that two entries come to is an overlap, however they name it.
 * @param holders who held a claim when an attempt before met it.
 * @throws Fault with the issues of every entry whose target is not the one that it needs.
 */
export async function resolveTargets(
  context: ServiceContext,
  call: Call,
  drafts: Drafts,
  holders: ReadonlyMap<string, ResourceKey>,
): Promise<ResolvedTargets> {
  const { conditional, deletes, updates } = drafts
  if (conditional.length === 0) return { deletes, updates, unchanged: new Map(), claims: [] }
  const resolution: Resolution = {
    deletes: [...deletes],
    updates: [...updates],
    unchanged: new Map(),
    claims: [],
    faults: faultCollector(),
    holders,
  }
  const deleted = new Set(deletes.map(({ type, id }) => `${type}/${id}`))
  await mapConcurrently(conditional, context.limits.concurrencyMax, async draft => {
    try {
      await resolve(context, call, draft, deleted, resolution)
    } catch (error) {
      if (!Fault.is(error)) throw error
      resolution.faults.refuse(draft.entry.index, error, 'request.url')
    }
  })
  resolution.faults.throwAny()
  // In the order of the request again, however long each has taken.
  resolution.updates.sort((a, b) => a.entry.index - b.entry.index)
  const { faults, unchanged } = resolution
  const untouched = conditional.flatMap(draft => {
    const version = unchanged.get(draft.entry.index)
    return version ? [{ entry: draft.entry, type: version.type, id: version.id }] : []
  })
  refuseOverlap([...resolution.deletes, ...resolution.updates, ...untouched], faults)
  faults.throwAny()
  return resolution
}

function resolve(
  context: ServiceContext,
  call: Call,
  draft: ConditionalDraft,
  deleted: ReadonlySet<string>,
  resolution: Resolution,
): Promise<void> {
  switch (draft.kind) {
    case 'conditional-delete':
      return resolveDelete(context, call, draft, deleted, resolution)
    case 'conditional-update':
      return resolveUpdate(context, call, draft, deleted, resolution)
    case 'patch':
      return resolvePatch(context, call, draft, deleted, resolution)
  }
}

type Draft<Kind extends ConditionalDraft['kind']> = Extract<ConditionalDraft, { readonly kind: Kind }>

async function resolveDelete(
  context: ServiceContext,
  call: Call,
  { entry, type, condition }: Draft<'conditional-delete'>,
  deleted: ReadonlySet<string>,
  { deletes }: Resolution,
): Promise<void> {
  const { conditionalDeleteMax } = context.rules
  const matches = await findMatches(context, call, condition, deleted, conditionalDeleteMax + 1)
  if (matches.length > conditionalDeleteMax) throw tooManyMatches(condition, conditionalDeleteMax)
  for (const match of matches) deletes.push({ kind: 'delete', entry, type, id: match.id, previous: match })
}

async function resolveUpdate(
  context: ServiceContext,
  call: Call,
  { entry, type, condition, content, newId }: Draft<'conditional-update'>,
  deleted: ReadonlySet<string>,
  { updates, claims, holders }: Resolution,
): Promise<void> {
  const found = await findMatch(context, call, condition, deleted)
  const holder = holders.get(condition.claim)
  const match = found ?? (holder && (await claimHolder(context, call, condition, holder)))
  if (match) {
    assertMatchId(match, content, condition)
    updates.push({ kind: 'update', method: 'PUT', entry, type, id: match.id, content, previous: match })
    return
  }
  const id = typeof content.id === 'string' ? content.id : newId
  const claim = claimOf(condition, { type, id }, holder)
  if (claims.some(other => other.claim === claim.claim)) {
    throw fault('invalid', `Two entries are about what the condition '${condition.text}' says`, { code: 'duplicate' })
  }
  claims.push(claim)
  updates.push({ kind: 'update', method: 'PUT', entry, type, id, content, isNew: true })
}

async function resolvePatch(
  context: ServiceContext,
  call: Call,
  draft: Draft<'patch'>,
  deleted: ReadonlySet<string>,
  { updates, unchanged }: Resolution,
): Promise<void> {
  const { entry, type, target, patch } = draft
  const definitions = context.definitions.for(call.tenant)
  const previous =
    'id' in target
      ? await patchable(context, call, { type, id: target.id })
      : await getMatch(context, call, target, deleted)
  assertMatch(previous, previous, entry.ifMatch)
  const content = await patchedContent(definitions, previous, patch, BEFORE_RESOLVING)
  if (content) updates.push({ kind: 'update', method: 'PATCH', entry, type, id: previous.id, content, previous })
  else unchanged.set(entry.index, previous)
}

async function patchable(context: ServiceContext, call: Call, key: ResourceKey): Promise<Revealed> {
  const [newest]: (StoredVersion | undefined)[] = await readNewestInBatches(context, call, [key])
  const version = await revealOne(context, call, newest)
  if (newest && !version) throw notPermitted('patch', key.type)
  if (!version) throw notFound(key)
  if (!isRevealed(version)) throw gone(version)
  return version
}
