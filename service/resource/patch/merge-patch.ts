/** JSON Merge Patch, RFC 7396. */
import type { JsonObject, JsonValue } from '../content.ts'
import { isJsonObject } from '../json.ts'
import { copyJson } from './json-values.ts'
import { malformedPatch } from './patch-fault.ts'

/**
 * A changed copy: members of the patch take the place of those in the document, null takes them away, and a list is
 * replaced whole.
 * @throws Fault invalid where the patch is no object: it would take the place of the whole resource.
 */
export function applyMergePatch(document: JsonObject, patch: JsonValue): JsonObject {
  if (!isJsonObject(patch)) throw malformedPatch('A JSON Merge Patch of a resource is an object (RFC 7396)')
  return merge(document, patch)
}

function merge(target: JsonValue | undefined, patch: JsonObject): JsonObject {
  const merged: JsonObject = isJsonObject(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (name === '__proto__' || value === undefined) continue
    if (value === null) delete merged[name]
    else merged[name] = isJsonObject(value) ? merge(merged[name], value) : copyJson(value)
  }
  return merged
}
