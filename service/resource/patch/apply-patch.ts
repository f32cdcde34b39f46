/** What a patch makes of a resource: the same whichever format it came in. R4 http.html#patch */
import type { Definitions } from '../../definitions.ts'
import { type Fault, fault } from '../../fault.ts'
import type { Patch } from '../../fhir-service.ts'
import { JSON_DEPTH_MAX } from '../../limits.ts'
import type { JsonValue, ResourceContent } from '../content.ts'
import { isJsonObject } from '../json.ts'
import { applyJsonPatch } from './json-patch.ts'
import { equalJson, sizeOf, withoutEmpty } from './json-values.ts'
import { applyMergePatch } from './merge-patch.ts'

/**
 * The patched content, not validated yet; undefined where the patch changes nothing. Type and id stay what they are.
 * @throws Fault invalid where the patch can't be read, unprocessable where it can't be done.
 */
export async function applyPatch(
  definitions: Definitions,
  resource: ResourceContent,
  patch: Patch,
): Promise<ResourceContent | undefined> {
  const patched = await patchedBy(definitions, resource, patch)
  if (!isJsonObject(patched)) throw refuse('A patch can not take the place of the whole resource by something else')
  if (sizeOf(patched).depth > JSON_DEPTH_MAX) throw refuse(`The patch nests elements deeper than ${JSON_DEPTH_MAX}`)
  for (const name of ['resourceType', 'id'] as const) {
    if (patched[name] !== resource[name]) throw refuse(`A patch can not change the ${name} of a resource`, name)
  }
  const content = withoutEmpty(patched) as ResourceContent
  return equalJson(withoutServerMeta(content), withoutServerMeta(resource)) ? undefined : content
}

async function patchedBy(definitions: Definitions, resource: ResourceContent, patch: Patch): Promise<JsonValue> {
  switch (patch.format) {
    case 'json-patch':
      return applyJsonPatch(resource, patch.operations)
    case 'merge-patch':
      return applyMergePatch(resource, patch.document)
    case 'fhirpath-patch': {
      // FHIRPath takes a quarter of a second to load: only who patches by it pays for that.
      const { applyFhirpathPatch } = await import('./fhirpath-patch.ts')
      return applyFhirpathPatch(definitions, resource, patch.parameters)
    }
    case 'xml-patch': {
      const { applyXmlPatch } = await import('./xml-patch.ts')
      return applyXmlPatch(definitions, resource, patch.document)
    }
  }
}

/** The version and time of the new version are the server's, whatever the patch says of them. */
function withoutServerMeta(resource: ResourceContent): ResourceContent {
  if (!isJsonObject(resource.meta)) return resource
  const { versionId: _version, lastUpdated: _updated, ...own } = resource.meta
  const { meta: _meta, ...rest } = resource
  return Object.keys(own).length > 0 ? { ...resource, meta: own } : (rest as ResourceContent)
}

const refuse = (diagnostics: string, element?: string): Fault =>
  fault('unprocessable', diagnostics, { ...(element !== undefined && { expression: [element] }) })
