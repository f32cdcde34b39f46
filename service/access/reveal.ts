/** The one place where stored bytes become readable: each version is held against the access policy first. */
import type { Call } from '../call.ts'
import type { Definitions } from '../definitions.ts'
import type { Revealed } from '../fhir-service.ts'
import { invariant } from '../invariant.ts'
import type { IndexableDocument, IndexableVersion } from '../ports/search-writer.ts'
import { type StoredVersion, unsealBody, type VersionAttributes } from '../ports/stored-version.ts'
import type { ResourceContent } from '../resource/content.ts'
import { parseJson } from '../resource/json.ts'
import { type JsonText, textOfJson } from '../resource/json-text.ts'
import type { Node } from '../search/ast.ts'
import type { IndexDocument, IndexValue } from '../search/document.ts'
import { evaluate, NO_LOOKUP } from '../search/evaluate.ts'
import { extract } from '../search/extract.ts'
import type { AccessPolicy } from './policy.ts'

export type Tombstone = VersionAttributes & { readonly deleted: true; readonly body?: undefined }

/**
 * What the caller may see of a version: itself, its tombstone, or nothing (undefined: not there, or hidden). Where the
 * caller may see everything of the type, the body is not parsed. A tombstone has no values but the compartments and the
 * security labels of the version before it: a policy that asks for anything else judges it by those alone.
 */
export function reveal(
  call: Call,
  policy: AccessPolicy,
  definitions: Definitions,
  version: StoredVersion | undefined,
): Revealed | Tombstone | undefined {
  if (!version) return undefined
  const visible = policy.visible(call, version.type)
  if (visible.kind === 'nothing') return undefined
  if (isTombstone(version)) {
    return visibleTombstone(definitions, visible, version) ? attributesOf(version, true) : undefined
  }
  const body = unsealBody(version)
  invariant(body, 'a version that is no tombstone has a body')
  const revealed = revealBody(version, body)
  if (visible.kind === 'everything') return revealed
  return evaluate(visible, documentOf(call, definitions, revealed), NO_LOOKUP) ? revealed : undefined
}

export const isRevealed = (version: Revealed | Tombstone | undefined): version is Revealed =>
  version !== undefined && !version.deleted

/** Whether the caller may see what it is about to write; no write may put a resource out of its writer's sight. */
export const mayWrite = (call: Call, policy: AccessPolicy, document: IndexDocument): boolean => {
  const visible = policy.visible(call, document.type)
  return visible.kind === 'everything' || evaluate(visible, document, NO_LOOKUP)
}

/** What search would know of this version. */
export const documentOf = (call: Call, definitions: Definitions, version: Revealed): IndexDocument =>
  extract(definitions, version.content(), {
    versionId: version.versionId,
    lastUpdated: version.lastUpdated,
    baseUrl: call.baseUrl,
  })

/**
 * What search has to know of a version, whoever may see it: searches are scoped when they are asked. For those who
 * index, later or anew. Absolute references below the base URL count as local.
 */
export function indexableOf(
  definitions: Definitions,
  version: StoredVersion,
  baseUrl: string | undefined,
): IndexableVersion {
  const { type, id, versionId, lastUpdated } = version
  if (version.deleted) return { type, id, versionId, lastUpdated, deleted: true, ...containedOf(version) }
  return indexableDocument(definitions, version, baseUrl)
}

/** The same of what is there. */
export function indexableDocument(
  definitions: Definitions,
  version: StoredVersion,
  baseUrl: string | undefined,
): IndexableDocument {
  const { versionId, lastUpdated } = version
  const content = contentOf(version)
  const document = extract(definitions, content, { versionId, lastUpdated, ...(baseUrl !== undefined && { baseUrl }) })
  const revision = definitions.own?.revision ?? 0
  return Object.assign(document, revision > 0 && { revision }, containedOf(version))
}

/** A SearchParameter by which the tenant's searches are understood, whoever asks: that shows nobody what it says. */
export function parseStoredDefinition(version: StoredVersion): ResourceContent {
  invariant(version.type === 'SearchParameter', 'a definition is a SearchParameter')
  return contentOf(version)
}

function contentOf(version: StoredVersion): ResourceContent {
  const body = unsealBody(version)
  invariant(body, 'a version that is no tombstone has a body')
  return parseJson(textOfJson(body)) as ResourceContent
}

const isTombstone = (version: VersionAttributes): version is VersionAttributes & { readonly deleted: true } =>
  version.deleted

function revealBody(version: StoredVersion, body: JsonText): Revealed {
  let content: ResourceContent | undefined
  return Object.assign(attributesOf(version, false), {
    body,
    content: () => {
      content ??= parseJson(textOfJson(body)) as ResourceContent
      return content
    },
  })
}

const attributesOf = <Deleted extends boolean>(version: VersionAttributes, deleted: Deleted) => ({
  type: version.type,
  id: version.id,
  versionId: version.versionId,
  lastUpdated: version.lastUpdated,
  method: version.method,
  deleted,
  compartments: version.compartments,
  securityLabels: version.securityLabels,
  ...containedOf(version),
})

const containedOf = ({ containedMax }: VersionAttributes) => (containedMax === undefined ? undefined : { containedMax })

function visibleTombstone(definitions: Definitions, visible: Node, version: VersionAttributes): boolean {
  if (visible.kind === 'everything') return true
  const security = definitions.searchParameters(version.type).get('_security')
  const values = version.securityLabels.map(tokenOf)
  const document: IndexDocument = {
    type: version.type,
    id: version.id,
    versionId: version.versionId,
    lastUpdated: version.lastUpdated,
    entries: security && values.length > 0 ? [{ parameter: security, values }] : [],
    compartments: version.compartments,
  }
  return evaluate(visible, document, NO_LOOKUP)
}

/** The inverse of securityLabelsOf: neither a system nor a code holds a '|'. */
function tokenOf(label: string): IndexValue {
  const bar = label.lastIndexOf('|')
  return { kind: 'token', system: label.slice(0, bar), code: label.slice(bar + 1) }
}
