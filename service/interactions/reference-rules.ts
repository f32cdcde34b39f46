/**
 * What a deployment asks of references, over what R4 does: see WriteRules. What is looked at here may change until the
 * commit: the store holds it until then, by `refersTo` and `confirm` of the request.
 */
import { readMany } from '../access/read-many.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { Fault, fault, type Issue } from '../fault.ts'
import type { CommitRequest, Target } from '../ports/resource-store.ts'
import type { ResourceKey, VersionAttributes } from '../ports/stored-version.ts'
import type { ResourceContent } from '../resource/content.ts'
import { parseReference } from '../resource/reference-text.ts'
import { collectReferences } from '../resource/references.ts'
import { unversionedTargets, withVersions } from '../resource/versioned-references.ts'

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

export const keyOf = ({ type, id }: ResourceKey): string => `${type}/${id}`

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
