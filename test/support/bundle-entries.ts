/** Short ways to write entries of Bundles. */

import type { JsonObject } from '#service/resource/content.ts'
import type { MemoryPorts } from './memory-ports.ts'

export const transaction = (...entry: JsonObject[]): JsonObject => ({
  resourceType: 'Bundle',
  type: 'transaction',
  entry,
})

export const post = (resource: JsonObject, fullUrl?: string, more: JsonObject = {}): JsonObject => ({
  ...(fullUrl !== undefined && { fullUrl }),
  resource,
  request: { method: 'POST', url: String(resource.resourceType), ...more },
})
export const put = (resource: JsonObject, more: JsonObject = {}): JsonObject => ({
  resource,
  request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}`, ...more },
})
export const del = (url: string, more: JsonObject = {}): JsonObject => ({ request: { method: 'DELETE', url, ...more } })
export const get = (url: string, more: JsonObject = {}): JsonObject => ({ request: { method: 'GET', url, ...more } })

export const patient = (more: JsonObject = {}): JsonObject => ({ resourceType: 'Patient', ...more })
export const practitioner = (value: string, more: JsonObject = {}): JsonObject => ({
  resourceType: 'Practitioner',
  identifier: [{ system: 's', value }],
  ...more,
})
export const observation = (subject: string, more: JsonObject = {}): JsonObject => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  subject: { reference: subject },
  ...more,
})

export const URN = 'urn:uuid:0b9636e4-045c-3489-9a61-53e087cda329'
export const URN2 = 'urn:uuid:1b9636e4-045c-3489-9a61-53e087cda329'

/** Committed resources in order, tombstones left out. */
export const contents = (ports: MemoryPorts): JsonObject[] =>
  ports.changes.flatMap(({ body }) => (body === undefined ? [] : [JSON.parse(body) as JsonObject]))

/** `PUT Patient/a 2` for each committed change, in order. */
export const written = (ports: MemoryPorts): string[] =>
  ports.changes.map(({ method, type, id, versionId }) => `${method} ${type}/${id} ${versionId}`)
