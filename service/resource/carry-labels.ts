/** What an update keeps of the version before it: R4 resource.html#tag-updates. */
import type { JsonObject, JsonValue, ResourceContent } from './content.ts'
import { type JsonText, mentions } from './json-text.ts'

/** A version that is replaced. */
export interface Replaced {
  /** JSON text as it is stored: without white space. */
  readonly body: JsonText
  readonly content: () => ResourceContent
}

export const isReplaced = (version: object | undefined): version is Replaced =>
  version !== undefined && 'content' in version && 'body' in version

/**
 * The content with the tags and security labels that the version before has and it has not; profiles are those of the
 * content alone. Nobody takes a label off a resource by not knowing of it: $meta-delete and patches do that.
 */
export function carryLabels(content: ResourceContent, replaced: Replaced): ResourceContent {
  // Nearly no version has any: those are not parsed for it.
  if (!mentions(replaced.body, LABELS)) return content
  const before = replaced.content().meta as JsonObject | undefined
  const meta = (content.meta ?? {}) as JsonObject
  const security = union(meta.security, before?.security)
  const tag = union(meta.tag, before?.tag)
  if (security === meta.security && tag === meta.tag) return content
  return { ...content, meta: { ...meta, ...(security && { security }), ...(tag && { tag }) } }
}

const LABELS = /"(?:tag|security)":\[/

/** The same list where nothing is added to it. Both have been validated. */
function union(own: JsonValue | undefined, before: JsonValue | undefined): JsonValue | undefined {
  if (!Array.isArray(before)) return own
  const there = Array.isArray(own) ? own : []
  const keys = new Set(there.map(keyOf))
  const carried = before.filter(coding => keys.size < keys.add(keyOf(coding)).size)
  return carried.length > 0 ? [...there, ...carried] : own
}

/** R4 resource.html#tags: one for each system and code, whatever its version and display. */
function keyOf(coding: JsonValue): string {
  const { system, code } = coding as JsonObject
  return JSON.stringify([system ?? '', code ?? ''])
}
