/** What a PATCH entry holds: R4 http.html#patch, "Patches in bundles". */
import { fault } from '../fault.ts'
import type { Patch } from '../fhir-service.ts'
import type { JsonObject, JsonValue } from '../resource/content.ts'
import { decodeUtf8, parseJson } from '../resource/json.ts'

const FORMS: Readonly<Record<string, (text: string) => Patch>> = {
  'application/json-patch+json': text => ({ format: 'json-patch', operations: parseJson(text) }),
  'application/merge-patch+json': text => ({ format: 'merge-patch', document: parseJson(text) }),
  'application/xml-patch+xml': text => ({ format: 'xml-patch', document: text }),
}

/**
 * A Binary with the patch's text in base64, or a FHIRPath Patch as the resource itself.
 * @throws Fault invalid or unsupported-media-type.
 */
export function patchOfEntry(resource: JsonValue): Patch {
  const { resourceType, contentType, data } = resource as JsonObject
  if (resourceType !== 'Binary') return { format: 'fhirpath-patch', parameters: resource }
  if (typeof contentType !== 'string' || typeof data !== 'string') {
    throw fault('invalid', 'A Binary with a patch needs its contentType and its data', { code: 'required' })
  }
  const form = FORMS[contentType.replace(/;.*$/s, '').trim().toLowerCase()]
  if (form) return form(decodeUtf8(Buffer.from(data, 'base64')))
  throw fault(
    'unsupported-media-type',
    `A Binary with a patch is one of ${Object.keys(FORMS).join(', ')}, not '${contentType}'`,
  )
}
