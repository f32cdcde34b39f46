import type { JsonObject, ResourceContent } from './content.ts'

export interface VersionStamp {
  readonly id: string
  readonly versionId: number
  /** Milliseconds since the epoch. */
  readonly lastUpdated: number
}

/** An instant in UTC with milliseconds: `2024-02-29T12:00:00.000Z`. */
export const formatInstant = (ms: number): string => new Date(ms).toISOString()

/**
 * A copy with the server's part of meta set, and all other meta kept: R4 resource.html#Meta. resourceType, id and meta
 * come first, so that whoever reads a stored text finds them at its start.
 */
export function stampMeta(resource: ResourceContent, stamp: VersionStamp): ResourceContent {
  const { resourceType, id: _id, meta, ...rest } = resource
  return {
    resourceType,
    id: stamp.id,
    meta: {
      ...(meta as JsonObject | undefined),
      versionId: String(stamp.versionId),
      lastUpdated: formatInstant(stamp.lastUpdated),
    },
    ...rest,
  }
}
