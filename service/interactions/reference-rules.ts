/**
 * What a deployment asks of references, over what R4 does: see WriteRules. What is looked at here may change until the
 * commit: the store holds it until then, by `refersTo` and `confirm` of the request.
 */
import { matchesAlone, readHits } from '../access/read-hits.ts'
import { readMany } from '../access/read-many.ts'
import { documentOf } from '../access/reveal.ts'
import { scope } from '../access/scope.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { Fault, fault, type Issue } from '../fault.ts'
import { mapConcurrently } from '../map-concurrently.ts'
import type { CommitRequest, Target } from '../ports/resource-store.ts'
import type { SearchRequest } from '../ports/search-index.ts'
import type { ResourceKey, VersionAttributes } from '../ports/stored-version.ts'
import type { ResourceContent } from '../resource/content.ts'
import { parseReference } from '../resource/reference-text.ts'
import { collectReferences } from '../resource/references.ts'
import { unversionedTargets, withVersions } from '../resource/versioned-references.ts'
import type { Node, ParameterReference } from '../search/ast.ts'

/** What the same commit writes. */
export interface Staged {
  /** `Type/id` to the version that it is going to have, tombstones as well. */
  readonly written: ReadonlyMap<string, number>
  /** Those of them that are deleted. */
  readonly deleted: ReadonlySet<string>
}

export const stagedWrite = (key: ResourceKey, previous: VersionAttributes | undefined): Staged => ({
  written: new Map([[keyOf(key), (previous?.versionId ?? 0) + 1]]),
  deleted: new Set(),
})

export const stagedDeletes = (keys: readonly VersionAttributes[]): Staged => ({
  written: new Map(keys.map(key => [keyOf(key), key.versionId + 1])),
  deleted: new Set(keys.map(keyOf)),
})

const keyOf = ({ type, id }: ResourceKey): string => `${type}/${id}`

/** Whether there is anything to look at: nearly never, so that nobody else pays for it. */
export const hasReferenceRules = ({ rules }: ServiceContext): boolean =>
  rules.referenceIntegrity === 'enforced' || rules.versionedReferences.size > 0

export interface Referring {
  /** With the versions that the rules ask for. */
  readonly content: ResourceContent
  /** What has to be there still when it is committed. */
  readonly refersTo: readonly Target[]
}

/** @throws Fault unprocessable with each reference that leads to nothing the caller can see. */
export async function applyReferenceRules(
  context: ServiceContext,
  call: Call,
  content: ResourceContent,
  staged: Staged,
): Promise<Referring> {
  const { rules } = context
  const refersTo =
    rules.referenceIntegrity === 'enforced' ? await assertTargets(context, call, content, staged) : NOTHING
  const isVersioned = rules.versionedReferences.size > 0
  return { content: isVersioned ? await versioned(context, call, content, staged) : content, refersTo }
}

const NOTHING: readonly Target[] = Object.freeze([])

/** Each once, as a request wants them; nothing where there is none. */
export function referredBy(targets: readonly Target[]): Pick<CommitRequest, 'refersTo'> {
  if (targets.length === 0) return {}
  return { refersTo: [...new Map(targets.map(target => [keyOf(target), target])).values()] }
}

/** After the last attempt to commit beside others that refer to, or delete, the same. */
export const referencesContended = (key: ResourceKey): Fault =>
  fault('conflict', `Others delete ${keyOf(key)}, or refer to it, at this moment: try again`, { retryAfterSeconds: 1 })

async function versioned(
  context: ServiceContext,
  call: Call,
  content: ResourceContent,
  { written }: Staged,
): Promise<ResourceContent> {
  const definitions = context.definitions.for(call.tenant)
  const paths = context.rules.versionedReferences
  const targets = unversionedTargets(definitions, content, paths, call.baseUrl)
  if (targets.length === 0) return content
  const others = targets.filter(target => !written.has(keyOf(target)))
  const newest = await readMany(context, call, others)
  const versions = new Map(written)
  for (const [index, target] of others.entries()) {
    const version = newest[index]
    if (version) versions.set(keyOf(target), version.versionId)
  }
  return withVersions(definitions, content, paths, call.baseUrl, (type, id) => versions.get(keyOf({ type, id })))
}

async function assertTargets(
  context: ServiceContext,
  call: Call,
  content: ResourceContent,
  { written, deleted }: Staged,
): Promise<readonly Target[]> {
  const definitions = context.definitions.for(call.tenant)
  const found = collectReferences(definitions, content).flatMap(({ expression, reference }) => {
    const parsed = parseReference(reference)
    if (parsed.kind !== 'literal' || !definitions.isServed(parsed.type)) return []
    if (parsed.base !== undefined && parsed.base !== call.baseUrl) return []
    const { type, id } = parsed
    // R4 provenance.html: a Provenance goes on telling of what has been deleted.
    const isSettled = deleted.has(keyOf(parsed))
      ? expression.startsWith('Provenance.target')
      : written.has(keyOf(parsed))
    return isSettled ? [] : [{ expression, reference, type, id }]
  })
  const newest = await readMany(context, call, found)
  const targets: Target[] = []
  const issues = found.flatMap(({ expression, reference, type, id }, index): Issue[] => {
    const version = newest[index]
    const isDeletedToo = deleted.has(keyOf({ type, id }))
    if (version && !isDeletedToo) {
      targets.push({ type, id, versionId: version.versionId })
      return []
    }
    const nowhere = version ? 'what the same request deletes' : 'no resource of this server'
    const diagnostics = `The reference '${reference}' leads to ${nowhere}`
    return [{ severity: 'error', code: 'not-found', diagnostics, expression: [expression] }]
  })
  if (issues.length > 0) throw new Fault('unprocessable', issues)
  return targets
}

/** What a commit of these tombstones has to ask; nothing where the rules don't mind. */
export function confirmedDeletes(
  context: ServiceContext,
  call: Call,
  deleted: readonly VersionAttributes[],
): Pick<CommitRequest, 'confirm'> {
  if (!mindsDeletes(context)) return {}
  const staged = stagedDeletes(deleted)
  return {
    async confirm() {
      for (const version of deleted) {
        const refused = await referenceTo(context, call, version, staged)
        if (refused) return refused
      }
      return undefined
    },
  }
}

export const mindsDeletes = ({ rules }: ServiceContext): boolean => rules.referenceIntegrity === 'enforced'

/**
 * Looks for what refers to a resource that is about to be deleted, by the search parameters that may: a search a type.
 * @returns the Fault, a conflict, that names one of them.
 */
export async function referenceTo(
  context: ServiceContext,
  call: Call,
  key: ResourceKey,
  staged: Staged,
): Promise<Fault | undefined> {
  const { limits } = context
  const [first, ...others] = Object.entries(context.definitions.for(call.tenant).reverse(key.type))
  if (!first) return undefined
  // Once is enough: what has been written by now is what counts.
  let found = await referenceIn(context, call, key, { type: first, staged, consistent: 'with all after it' })
  await mapConcurrently(others, limits.concurrencyMax, async type => {
    if (found) return
    const another = await referenceIn(context, call, key, { type, staged, consistent: false })
    found ??= another
  })
  return found
}

interface ReferenceLook extends Pick<SearchRequest, 'consistent'> {
  /** And the codes of its search parameters that may refer to the resource. */
  readonly type: readonly [type: string, codes: readonly string[]]
  readonly staged: Staged
}

async function referenceIn(
  context: ServiceContext,
  call: Call,
  key: ResourceKey,
  { type: [type, codes], staged: { written }, consistent = false }: ReferenceLook,
): Promise<Fault | undefined> {
  const { policy, ports } = context
  const definitions = context.definitions.for(call.tenant)
  const parameters = codes.flatMap(code => definitions.searchParameters(type).get(code) ?? [])
  const nodes = parameters.map(parameter => pointingAt(key, parameter))
  const query = scope(call, policy, { type, where: { kind: 'or', nodes } })
  const page = await ports.index.search(call.tenant, {
    ...{ query, sort: [], count: written.size + 1, total: 'none' },
    ...{ deadline: call.deadline, consistent },
  })
  // What the same commit writes is judged by what becomes of it.
  const others = page.hits.filter(hit => !written.has(keyOf(hit)))
  const [first] = await readHits(context, call, query, others)
  if (!first) return undefined
  const document = documentOf(call, definitions, first)
  const { code = '' } = parameters.find((_, index) => matchesAlone(nodes[index] ?? NOWHERE, () => document)) ?? {}
  return fault(
    'conflict',
    `${keyOf(key)} can not be deleted: ${keyOf(first)} refers to it (${code}), and may not be left alone`,
    { code: 'business-rule' },
  )
}

const NOWHERE: Node = Object.freeze({ kind: 'or', nodes: [] })

const pointingAt = ({ type, id }: ResourceKey, parameter: ParameterReference): Node => ({
  ...{ kind: 'reference', parameter, type, id },
  ...{ url: undefined, version: undefined },
})
