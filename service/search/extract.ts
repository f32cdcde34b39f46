import type { Definitions } from '../definitions.ts'
import { invariant } from '../invariant.ts'
import type { ResourceContent } from '../resource/content.ts'
import type { IndexDocument } from './document.ts'

export interface ExtractVersion {
  readonly versionId: number
  /** Milliseconds since the epoch. */
  readonly lastUpdated: number
  /** Absolute references below it count as local. */
  readonly baseUrl?: string
}

export function extract(
  _definitions: Definitions,
  _resource: ResourceContent,
  _version: ExtractVersion,
): IndexDocument {
  invariant(false, 'extract is not there yet')
}
