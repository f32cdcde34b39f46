/** Changes and documents for the suites that every adapter of a port passes. */
import { type Tenant, tenantOf } from '#service/call.ts'
import type { Change } from '#service/ports/resource-store.ts'
import { type StoredVersion, unsealBody } from '#service/ports/stored-version.ts'
import { textOfJson } from '#service/resource/json-text.ts'
import type { IndexDocument, IndexValue } from '#service/search/document.ts'
import { searchParameter } from '#test/support/search-parameter.ts'

/** 2024-01-01T00:00:00Z */
export const FIRST_WRITE = Date.UTC(2024, 0, 1)

let tenants = 0

/** A tenant that nothing was written for. */
export const freshTenant = (): Tenant => tenantOf(`tenant-${process.pid}-${++tenants}`)

export const soon = (): number => Date.now() + 30_000

/** Version `versionId` of a resource; what the test doesn't say is made up from type, id and version. */
export function changeOf(type: string, id: string, versionId = 1, changes: Partial<Change> = {}): Change {
  const lastUpdated = FIRST_WRITE + versionId
  return {
    type,
    id,
    versionId,
    lastUpdated,
    method: 'PUT',
    body: `{"resourceType":"${type}","id":"${id}","versionId":"${versionId}"}`,
    compartments: [],
    securityLabels: [],
    provenance: { author: 'tester', client: 'suite', door: 'rest', requestId: 'request-1' },
    document: documentOf(type, id, {}, { versionId }),
    ...changes,
  }
}

export const deletionOf = (type: string, id: string, versionId: number, changes: Partial<Change> = {}): Change =>
  changeOf(type, id, versionId, { method: 'DELETE', body: undefined, document: undefined, ...changes })

/** What search knows of a resource: values by the codes of its parameters. */
export function documentOf(
  type: string,
  id: string,
  values: Readonly<Record<string, readonly IndexValue[]>>,
  changes: Partial<IndexDocument> = {},
): IndexDocument {
  const versionId = changes.versionId ?? 1
  const lastUpdated = changes.lastUpdated ?? FIRST_WRITE + versionId
  const entries = Object.entries({
    ...values,
    _id: [{ kind: 'token', system: '', code: id }],
    _lastUpdated: [{ kind: 'date', low: lastUpdated, high: lastUpdated + 1 }],
  } satisfies Record<string, readonly IndexValue[]>).map(([code, each]) => ({
    parameter: searchParameter(type, code),
    values: each as readonly IndexValue[],
  }))
  return { type, id, versionId, lastUpdated, entries, compartments: [], ...changes }
}

/** What a store hands out, with its body as text. */
export function plain(version: StoredVersion | undefined): unknown {
  if (!version) return undefined
  const { type, id, versionId, lastUpdated, method, deleted, compartments, securityLabels } = version
  const json = unsealBody(version)
  const body = json && textOfJson(json)
  return { type, id, versionId, lastUpdated, method, deleted, compartments, securityLabels, body }
}

/** What a store has to hand out after this change. */
export function stored(change: Change): unknown {
  const { type, id, versionId, lastUpdated, method, body, compartments, securityLabels } = change
  return { type, id, versionId, lastUpdated, method, deleted: body === undefined, compartments, securityLabels, body }
}
