/** From validated content to the Change that a store commits: the one way in which versions are made. */
import { notPermitted } from '../access/permit.ts'
import { mayWrite } from '../access/reveal.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Definitions } from '../definitions.ts'
import type { Revealed } from '../fhir-service.ts'
import type { Change } from '../ports/resource-store.ts'
import type { Provenance, VersionAttributes } from '../ports/stored-version.ts'
import type { JsonObject, ResourceContent } from '../resource/content.ts'
import { parseJson, stringifyJson } from '../resource/json.ts'
import { stampMeta } from '../resource/stamp.ts'
import { extract } from '../search/extract.ts'

export interface Write {
  readonly method: 'POST' | 'PUT' | 'PATCH'
  readonly type: string
  readonly id: string
  /** Validated, links already rewritten. */
  readonly content: ResourceContent
  /** The newest version, a tombstone maybe; undefined where there is none. */
  readonly previous: VersionAttributes | undefined
  /** Milliseconds since the epoch. */
  readonly now: number
}

const WRITE_CODES = { POST: 'create', PUT: 'update', PATCH: 'patch' } as const

export interface PreparedWrite {
  readonly change: Change
  /** As written: with id and meta. */
  readonly content: ResourceContent
}

/** @throws Fault forbidden where the caller could not see what it writes. */
export function prepareWrite(
  { policy }: ServiceContext,
  call: Call,
  definitions: Definitions,
  write: Write,
): PreparedWrite {
  const { type, id, method } = write
  const versionId = (write.previous?.versionId ?? 0) + 1
  const lastUpdated = laterThan(write.previous, write.now)
  const content = stampMeta(write.content, { id, versionId, lastUpdated })
  const document = extract(definitions, content, { versionId, lastUpdated, baseUrl: call.baseUrl })
  if (!mayWrite(call, policy, document)) throw notPermitted(WRITE_CODES[method], type)
  const change: Change = {
    type,
    id,
    versionId,
    lastUpdated,
    method,
    body: stringifyJson(content),
    compartments: document.compartments,
    securityLabels: securityLabelsOf(content),
    ...containedOf(Math.max(write.previous?.containedMax ?? 0, document.contained?.length ?? 0)),
    provenance: provenanceOf(call),
    document,
  }
  return { change, content }
}

/** The tombstone that follows a version; it keeps that version's compartments and labels, which access asks for. */
export const prepareTombstone = (call: Call, previous: VersionAttributes, now: number): Change => ({
  type: previous.type,
  id: previous.id,
  versionId: previous.versionId + 1,
  lastUpdated: laterThan(previous, now),
  method: 'DELETE',
  body: undefined,
  compartments: previous.compartments,
  securityLabels: previous.securityLabels,
  ...containedOf(previous.containedMax),
  provenance: provenanceOf(call),
  document: undefined,
})

/** What a change has become once it is committed. */
export const attributesOfChange = (change: Change): VersionAttributes => ({
  type: change.type,
  id: change.id,
  versionId: change.versionId,
  lastUpdated: change.lastUpdated,
  method: change.method,
  deleted: change.body === undefined,
  compartments: change.compartments,
  securityLabels: change.securityLabels,
  ...containedOf(change.containedMax),
})

/**
 * A committed write for its writer, who may see it. The text is parsed only if somebody asks.
 * @param content as prepared, where it is still at hand.
 */
export function writtenVersion(change: Change, content?: ResourceContent): Revealed {
  const text = change.body ?? ''
  let parsed = content
  return {
    ...attributesOfChange(change),
    body: text,
    content: () => {
      parsed ??= parseJson(text) as ResourceContent
      return parsed
    },
  }
}

const containedOf = (containedMax: number | undefined) => (containedMax ? { containedMax } : undefined)

/** `system|code` of meta.security. */
function securityLabelsOf(content: ResourceContent): readonly string[] {
  const security = (content.meta as JsonObject | undefined)?.security
  if (!Array.isArray(security)) return NO_LABELS
  return security.map(coding => {
    const { system, code } = coding as JsonObject
    return `${typeof system === 'string' ? system : ''}|${typeof code === 'string' ? code : ''}`
  })
}

const NO_LABELS: readonly string[] = Object.freeze([])

const laterThan = (previous: VersionAttributes | undefined, now: number): number =>
  previous ? Math.max(now, previous.lastUpdated + 1) : now

const provenanceOf = ({ caller, door, requestId }: Call): Provenance => ({
  author: caller.subject,
  ...(caller.client !== undefined && { client: caller.client }),
  door,
  requestId,
})
