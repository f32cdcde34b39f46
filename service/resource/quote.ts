import type { JsonValue } from './content.ts'
import { isRawJson } from './json.ts'

const QUOTED_LENGTH_MAX = 50

/** A value for a message: strings in quotes and cut, of objects and arrays no more than what they are. */
export function quote(value: JsonValue | undefined): string {
  if (typeof value === 'string') {
    return value.length > QUOTED_LENGTH_MAX
      ? `${JSON.stringify(value.slice(0, QUOTED_LENGTH_MAX))}...`
      : JSON.stringify(value)
  }
  if (isRawJson(value)) {
    const token = value.rawJSON
    return token.length > QUOTED_LENGTH_MAX ? `${token.slice(0, QUOTED_LENGTH_MAX)}...` : token
  }
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
