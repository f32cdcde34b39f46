import type { JsonValue } from '../../resource/content.ts'
import { textOfScalar } from '../../resource/json.ts'

/**
 * Under which name an object that goes to AppSync carries what was prefetched for one of its fields: the field with its
 * arguments, so that aliases with different ones find their own. `resource`, `resource({"type":["Patient"]})`.
 *
 * A resolver that knows only the arguments as AppSync gives them must come to the same text: absent and null are the
 * same, a lone value is a list of one, every scalar is its text, names are sorted.
 */
export function prefetchKey(field: string, values: Iterable<readonly [string, JsonValue | undefined]>): string {
  const given: [string, readonly string[]][] = []
  for (const [name, value] of values) {
    if (value === null || value === undefined) continue
    const items = Array.isArray(value) ? value : [value]
    given.push([name, items.filter(item => item !== null).map(textOfScalar)])
  }
  if (given.length === 0) return `${field}()`
  given.sort(([a], [b]) => (a < b ? -1 : 1))
  return `${field}(${JSON.stringify(Object.fromEntries(given))})`
}
