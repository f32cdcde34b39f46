/** Formats and ranges of the R4 primitive types: R4 datatypes.html#primitive. */
import type { JsonValue } from './content.ts'
import { isRawJson } from './json.ts'

/** What is wrong with a value, as the end of a sentence that begins with the value: `is not a real day`. */
export type PrimitiveCheck = (value: JsonValue) => PrimitiveProblem | undefined

export interface PrimitiveProblem {
  /** structure: the wrong JSON type; value: the right one with a wrong content. */
  readonly code: 'structure' | 'value'
  readonly problem: string
}

/** R4 datatypes.html#string: 1 MB. Kept for all that is text, since nothing else may come near it either. */
export const STRING_LENGTH_MAX = 1_048_576

/** Any character below 32 but tab, line feed and carriage return. */
const CONTROL_CHARACTER = /[^\t\n\r -\uffff]/
const SPACE_OR_CONTROL_CHARACTER = /\s|[^!-\uffff]/
/** White space at either end or twice in a row, and control characters. */
const CODE_MISTAKE = /^\s|\s(?:\s|$)|[^\t\n\r -\uffff]/
const ID = /^[A-Za-z0-9\-.]{1,64}$/
const OID = /^urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+$/
const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const DATE = /^\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?$/
const TIME_PATTERN = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?`
const ZONE_PATTERN = String.raw`(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)`
const TIME = new RegExp(`^${TIME_PATTERN}$`)
const INSTANT_PATTERN = String.raw`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T${TIME_PATTERN}${ZONE_PATTERN}`
const INSTANT = new RegExp(`^${INSTANT_PATTERN}$`)
const DATE_TIME = new RegExp(`^(?:${INSTANT_PATTERN}|${DATE.source.slice(1, -1)})$`)
const BASE64_STOP = /[^0-9A-Za-z+/\s]/

const value = (problem: string): PrimitiveProblem => ({ code: 'value', problem })

const NO_STRING: PrimitiveProblem = { code: 'structure', problem: 'must be a JSON string' }
const EMPTY = value('must not be empty: leave the element out')
const TOO_LONG = value(`must not be longer than ${STRING_LENGTH_MAX} characters`)

const HALF_CHARACTER = value('must not hold half a surrogate pair')

/** What all strings have in common; alone for those without a limit of length (binary content, narratives). */
const findStringProblem: PrimitiveCheck = found =>
  typeof found !== 'string' ? NO_STRING : found.length === 0 ? EMPTY : undefined

/** A check of strings: which formats, what to say of those that don't match, and what else can be wrong. */
function text(
  isRight: (text: string) => boolean,
  problem: string,
  findMore?: (text: string) => string | undefined,
): PrimitiveCheck {
  const wrong = value(problem)
  return found => {
    if (typeof found !== 'string' || found.length === 0) return findStringProblem(found)
    if (found.length > STRING_LENGTH_MAX) return TOO_LONG
    // R4 datatypes.html#string: Unicode characters. Half a one can be written in JSON, and nowhere else.
    if (!found.isWellFormed()) return HALF_CHARACTER
    if (!isRight(found)) return wrong
    const more = findMore?.(found)
    return more === undefined ? undefined : value(more)
  }
}

/** A check of JSON integers, written without fraction and exponent. */
const integer = (least: number, most: number): PrimitiveCheck => {
  const wrong = value(`must be an integer from ${least} to ${most}`)
  return found => {
    if (typeof found === 'number') return Number.isInteger(found) && found >= least && found <= most ? undefined : wrong
    return isRawJson(found) ? wrong : { code: 'structure', problem: 'must be a JSON number' }
  }
}

const decimal: PrimitiveCheck = found => {
  if (typeof found === 'number') return undefined
  if (!isRawJson(found)) return { code: 'structure', problem: 'must be a JSON number' }
  // Legal, but nothing could compare it: searches take decimals as doubles.
  return Number.isFinite(Number(found.rawJSON)) ? undefined : value('is beyond the range of numbers')
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Of a text that has the form of a date: years begin with 0001, and months have their own lengths. */
function calendarProblem(date: string): string | undefined {
  if (date.startsWith('0000')) return 'has the year 0000, which does not exist'
  const day = date.length < 10 ? 0 : twoDigits(date, 8)
  if (day < 29) return undefined
  const month = twoDigits(date, 5)
  const days = month === 2 && !isLeapYear(Number(date.slice(0, 4))) ? 28 : (DAYS[month - 1] ?? 31)
  return day > days ? 'is not a day of the calendar' : undefined
}

const twoDigits = (digits: string, at: number): number =>
  (digits.charCodeAt(at) - 48) * 10 + digits.charCodeAt(at + 1) - 48

const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0

/** Groups of four characters, the last one filled up with '='; white space may stand anywhere. */
function isBase64(encoded: string): boolean {
  const end = encoded.search(BASE64_STOP)
  const digits = withoutSpace(end < 0 ? encoded : encoded.slice(0, end)).length
  if (end < 0) return digits > 0 && digits % 4 === 0
  const filling = withoutSpace(encoded.slice(end))
  return (filling === '=' && digits % 4 === 3) || (filling === '==' && digits % 4 === 2)
}

const withoutSpace = (encoded: string): string => encoded.replace(/\s/g, '')

const hasNoSpace = (found: string): boolean => !SPACE_OR_CONTROL_CHARACTER.test(found)

const string = text(found => !CONTROL_CHARACTER.test(found), 'must not hold control characters')
const uri = text(hasNoSpace, 'must be a URI: no white space, no control characters')

/** By primitive type. The content of xhtml is checked by narrative.ts. */
export const PRIMITIVE_CHECKS: Readonly<Record<string, PrimitiveCheck>> = {
  base64Binary: found =>
    findStringProblem(found) ??
    (isBase64(found as string)
      ? undefined
      : value('must be base64: groups of four letters, digits, + and /, filled up with =')),
  boolean: found =>
    typeof found === 'boolean' ? undefined : { code: 'structure', problem: 'must be the JSON value true or false' },
  canonical: uri,
  code: text(found => !CODE_MISTAKE.test(found), 'must be a code: no white space but single spaces inside'),
  date: text(found => DATE.test(found), 'must be a date: YYYY, YYYY-MM or YYYY-MM-DD', calendarProblem),
  dateTime: text(
    found => DATE_TIME.test(found),
    'must be a date (YYYY, YYYY-MM, YYYY-MM-DD) or a date and time with seconds and time zone (YYYY-MM-DDThh:mm:ss+zz:zz)',
    calendarProblem,
  ),
  decimal,
  id: text(found => ID.test(found), "must be an id: 1 to 64 letters, digits, '-' and '.'"),
  instant: text(
    found => INSTANT.test(found),
    'must be an instant: YYYY-MM-DDThh:mm:ss.sss+zz:zz with seconds and time zone',
    calendarProblem,
  ),
  integer: integer(-2_147_483_648, 2_147_483_647),
  markdown: string,
  oid: text(found => OID.test(found), 'must be an OID: urn:oid: and numbers with dots'),
  positiveInt: integer(1, 2_147_483_647),
  string,
  time: text(found => TIME.test(found), 'must be a time: hh:mm:ss with optional fractions, no time zone'),
  unsignedInt: integer(0, 2_147_483_647),
  uri,
  url: uri,
  uuid: text(found => UUID.test(found), 'must be a UUID: urn:uuid: and lower-case hexadecimal digits'),
  xhtml: findStringProblem,
}

/** Element.id, whose type is string: R4 element.html#id wants no spaces. */
export const checkElementId: PrimitiveCheck = text(hasNoSpace, 'must be an id of an element: no white space')
