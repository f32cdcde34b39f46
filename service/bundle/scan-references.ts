import type { JsonObject, JsonValue } from '../resource/content.ts'

/**
 * Every text of a property called `reference`, whatever it belongs to: quick, and good for content that nobody has
 * validated yet. Whether it is a Reference is decided when links are rewritten.
 */
export function scanReferences(value: JsonValue | undefined, visit: (reference: string) => void): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const item of value) scanReferences(item, visit)
    return
  }
  for (const name in value) {
    const child = (value as JsonObject)[name]
    if (typeof child === 'object') scanReferences(child, visit)
    else if (name === 'reference' && typeof child === 'string') visit(child)
  }
}
