import { fault } from '../fault.ts'
import { JSON_DEPTH_MAX } from '../limits.ts'
import type { JsonObject, JsonValue, RawJson } from './content.ts'
import { locateJsonError } from './json-error.ts'
import { numberEnd, skipSpaces } from './json-number.ts'

// TypeScript's library doesn't know these three yet; Node 24 has them.
const { rawJSON, isRawJSON, parse } = JSON as unknown as {
  rawJSON(token: string): RawJson
  isRawJSON(value: unknown): value is RawJson
  parse(text: string, reviver?: (key: string, value: JsonValue, context: { source?: string }) => JsonValue): JsonValue
}

/**
 * Number tokens that JSON.parse might change: with an exponent, with a last decimal of 0, of 16 characters and more,
 * tiny, or negative zero. It finds a few that are well, and some inside strings, but it misses none, a number that is
 * the whole text aside. Dates, times, UUIDs and URLs don't match. Its loops have limits, or they would need stack for
 * each digit of a long number.
 */
const CANDIDATE = /[\s:,[]-?\d(?:[\d.]{0,14}(?:\.\d{0,14}0(?!\d)|[eE])|[\d.]{15}|\.0{6}|(?<=-0)(?!\.))/g

/**
 * Stands before a lossy number that has been turned into a string. It's Latin-1, so that the text stays one byte a
 * character, and so rare that texts which hold it anyway may take the slow way.
 */
const MARK = '\u0091'
const MARK_CODE = 0x91
const MARK_ESCAPED = '\\u0091'

const QUOTE = 34
const COMMA = 44
const COLON = 58
const OPENING_BRACE = 123
const CLOSING_BRACE = 125
const CLOSING_BRACKET = 93

/**
 * JSON text to a value in which each number that a double can't say exactly as written (1.50, 1e3, 18 digits) is a
 * RawJson; R4 datatypes.html#decimal wants the precision kept. Members of the same name: the last one stands, as in
 * JSON.parse; `__proto__` is a member like any other.
 *
 * @throws Fault 'invalid' with line and column where the text is no JSON, or nested deeper than JSON_DEPTH_MAX.
 */
export function parseJson(text: string): JsonValue {
  CANDIDATE.lastIndex = 0
  if (!CANDIDATE.test(text) && !startsAsNumber(text)) return withinDepth(parsePlain(text, text))
  if (startsAsNumber(text) || text.includes(MARK) || text.includes(MARK_ESCAPED)) return withinDepth(parseRevived(text))
  const marked = markLossyNumbers(text)
  const value = parsePlain(marked, text)
  return marked === text ? withinDepth(value) : unmark(value, 0)
}

/** JSON text in which RawJson numbers are as they were written. */
export const stringifyJson = (value: JsonValue): string => JSON.stringify(value)

export const isRawJson = (value: unknown): value is RawJson => isRawJSON(value)

/** An object with members: neither an array nor a number of many digits. */
export const isJsonObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJSON(value)

/**
 * A RawJson of a number token; for tests and for building resources. @throws SyntaxError where it is no JSON number.
 */
export const rawNumber = (token: string): RawJson => rawJSON(token)

/** A scalar as it is written: what another one, whatever literal it was given as, is compared by. */
export const textOfScalar = (value: JsonValue): string => (isRawJson(value) ? value.rawJSON : String(value))

/** The number, exact or the nearest double; undefined for what is no number. */
export function numberOf(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return value
  return isRawJSON(value) ? Number(value.rawJSON) : undefined
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

export const encodeUtf8 = (text: string): Uint8Array => encoder.encode(text)

/** A byte order mark at the start is dropped. @throws Fault 'invalid' where the bytes are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw fault('invalid', 'The content is not valid UTF-8', { code: 'structure', cause })
  }
}

/** JSON.parse with our own error, placed in the text as the client sent it. */
function parsePlain(text: string, original: string): JsonValue {
  try {
    return parse(text)
  } catch {
    throw syntaxFault(original)
  }
}

/** Four times slower than JSON.parse alone, and right for every text. */
function parseRevived(text: string): JsonValue {
  try {
    return parse(text, (_name, value, { source }) =>
      typeof value === 'number' && source !== undefined && String(value) !== source ? rawJSON(source) : value,
    )
  } catch {
    throw syntaxFault(text)
  }
}

function syntaxFault(text: string): Error {
  const { line, column, problem } = locateJsonError(text)
  return fault('invalid', `The content is not valid JSON: ${problem} at line ${line}, column ${column}`, {
    code: 'structure',
  })
}

/** The first character of a root number, which has nothing before it that CANDIDATE could begin with. */
const startsAsNumber = (text: string): boolean => {
  const first = text.charCodeAt(0)
  return first === 45 || (first >= 48 && first <= 57)
}

/** The text with each lossy number turned into a marked string. Texts that are no JSON stay no JSON. */
function markLossyNumbers(text: string): string {
  const parts: string[] = []
  const skipStrings = stringSkipper(text)
  let copied = 0
  CANDIDATE.lastIndex = 0
  for (let match = CANDIDATE.exec(text); match !== null; match = CANDIDATE.exec(text)) {
    const start = match.index + 1
    const end = valueEnd(text, start)
    if (end < 0) continue
    const token = text.slice(start, end)
    if (String(Number(token)) === token) continue
    if (!isMemberValue(text, start)) {
      const outside = skipStrings(copied, start)
      if (outside < 0) break
      if (outside > start) {
        CANDIDATE.lastIndex = outside
        continue
      }
    }
    parts.push(text.slice(copied, start), `"${MARK}${token}"`)
    copied = end
    CANDIDATE.lastIndex = end
  }
  if (copied === 0) return text
  parts.push(text.slice(copied))
  return parts.join('')
}

/**
 * The end of a number as it stands in an object or an array; -1: there is none. What comes behind it tells it from most
 * numbers inside strings, and from one in the place of a name, which must not become a string.
 */
function valueEnd(text: string, start: number): number {
  const end = numberEnd(text, start)
  if (end < 0) return -1
  const position = skipSpaces(text, end)
  const next = text.charCodeAt(position)
  const isValue = next === COMMA || next === CLOSING_BRACE || next === CLOSING_BRACKET || position === text.length
  return isValue ? end : -1
}

/**
 * Whether what stands before is `{"name":` or `,"name":`, the name being a plain word. Such a place can't be inside a
 * string: its first quote would be the end of that string, and a word right behind a string is no JSON, so that the
 * text is refused whatever becomes of the number.
 */
function isMemberValue(text: string, start: number): boolean {
  let position = lastNonSpace(text, start)
  if (text.charCodeAt(position) !== COLON) return false
  position = lastNonSpace(text, position)
  if (text.charCodeAt(position) !== QUOTE) return false
  const nameEnd = position
  do position--
  while (isLetter(text.charCodeAt(position)))
  if (text.charCodeAt(position) !== QUOTE || position === nameEnd - 1) return false
  const before = text.charCodeAt(lastNonSpace(text, position))
  return before === COMMA || before === OPENING_BRACE
}

/** The last position before `end` that holds neither space nor line end; -1: there is none. */
function lastNonSpace(text: string, end: number): number {
  let position = end - 1
  for (; position >= 0; position--) {
    const code = text.charCodeAt(position)
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) break
  }
  return position
}

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90)

/**
 * Finds, from a place known to be outside strings, the end of the last string that begins before `target`; -1: it has
 * no end. Places and targets only go forwards, so that all calls together read the text once.
 */
function stringSkipper(text: string): (known: number, target: number) => number {
  let outside = 0
  /** The first quote from `outside` on. */
  let open = text.indexOf('"')
  return (known, target) => {
    if (known > outside) {
      outside = known
      if (open >= 0 && open < outside) open = text.indexOf('"', outside)
    }
    while (open >= 0 && open < target) {
      let close = text.indexOf('"', open + 1)
      while (close >= 0 && isEscaped(text, close)) close = text.indexOf('"', close + 1)
      if (close < 0) return -1
      outside = close + 1
      open = text.indexOf('"', outside)
    }
    return outside
  }
}

/** Whether an odd number of backslashes stands before. */
function isEscaped(text: string, position: number): boolean {
  let first = position
  while (text.charCodeAt(first - 1) === 92) first--
  return (position - first) % 2 === 1
}

const isContainer = (value: JsonValue | undefined): value is JsonObject | JsonValue[] =>
  typeof value === 'object' && value !== null

function withinDepth(value: JsonValue): JsonValue {
  if (isContainer(value)) assertDepth(value, 1)
  return value
}

function assertDepth(container: JsonObject | JsonValue[], depth: number): void {
  if (depth > JSON_DEPTH_MAX) throw depthFault()
  if (Array.isArray(container)) {
    for (const value of container) if (isContainer(value)) assertDepth(value, depth + 1)
    return
  }
  for (const name in container) {
    const value = container[name]
    if (isContainer(value)) assertDepth(value, depth + 1)
  }
}

/** Turns marked strings into RawJson in place: the value has just been parsed and is nobody else's yet. */
function unmark(value: JsonValue, depth: number): JsonValue {
  if (typeof value === 'string') return value.charCodeAt(0) === MARK_CODE ? rawJSON(value.slice(1)) : value
  if (!isContainer(value)) return value
  if (depth >= JSON_DEPTH_MAX) throw depthFault()
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const item = value[index] as JsonValue
      if (isSettled(item)) continue
      value[index] = unmark(item, depth + 1)
    }
    return value
  }
  const object = value as JsonObject
  for (const name in object) {
    const member = object[name] as JsonValue
    if (isSettled(member)) continue
    const unmarked = unmark(member, depth + 1)
    if (unmarked !== member) object[name] = unmarked
  }
  return object
}

/** Neither a container nor marked: most members, told without a call of their own. */
const isSettled = (value: JsonValue): boolean =>
  typeof value === 'string' ? value.charCodeAt(0) !== MARK_CODE : typeof value !== 'object' || value === null

const depthFault = (): Error =>
  fault('invalid', `The content is nested too deeply: more than ${JSON_DEPTH_MAX} objects and arrays in each other`, {
    code: 'structure',
  })
