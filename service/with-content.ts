import type { Revealed } from './fhir-service.ts'
import type { ResourceContent } from './resource/content.ts'
import { stringifyJson } from './resource/json.ts'

/** The version as it goes out with another content than its own. */
export const withContent = <Version extends Revealed>(version: Version, content: ResourceContent): Version => ({
  ...version,
  body: stringifyJson(content),
  content: () => content,
})
