import { type StoredVersion, sealVersion } from '#service/ports/stored-version.ts'
import { decodeList, METHODS } from './wire.ts'

/** Columns of `version v` that `versionOf` takes, in this order. Text costs less than bytes, which are objects. */
export const VERSION_COLUMNS = 'v.version, v.last_updated, v.method, v.deleted, v.compartments, v.labels, v.body'

export const VERSION_COLUMN_COUNT = 7 as const

export type VersionRow = [
  version: number,
  lastUpdated: number,
  method: number,
  deleted: number,
  compartments: string,
  labels: string,
  body: string | null,
]

export function versionOf(type: string, id: string, row: VersionRow): StoredVersion {
  const [versionId, lastUpdated, method, deleted, compartments, labels, body] = row
  const attributes = {
    type,
    id,
    versionId,
    lastUpdated,
    method: METHODS[method] ?? 'PUT',
    deleted: deleted === 1,
    compartments: decodeList(compartments),
    securityLabels: decodeList(labels),
  }
  return sealVersion(attributes, body ?? undefined)
}
