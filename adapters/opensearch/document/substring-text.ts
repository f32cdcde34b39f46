/**
 * Text that is searched for parts, in the engine's wildcard field: its index of three-letter pieces finds candidates,
 * its copy of the text is then matched with the pattern.
 */
import { fault } from '#service/fault.ts'

/**
 * UTF-16 units of a part that can be searched for: patterns beyond this the engine refuses, and shorter ones that
 * repeat themselves all along, as `aaa...` of some 150 and more.
 */
const PART_LENGTH_MAX = 400

/** The engine's copy of a text ends at 32,766 bytes: three a unit. */
const PIECE_LENGTH_MAX = 10_000

/** Pieces overlap so far that every part, encoded, lies within one. */
const OVERLAP = 2 * PART_LENGTH_MAX

/** The text in pieces, one of which holds whatever part of it is searched for. */
export function substringKeywords(key: string, text: string): readonly string[] {
  const encoded = encode(text)
  const keywords: string[] = []
  let start = 0
  for (let end = PIECE_LENGTH_MAX; end < encoded.length; end += PIECE_LENGTH_MAX - OVERLAP) {
    keywords.push(`${key}:${encoded.slice(start, end).replace(HALF_PAIR, '')}`)
    start = end - OVERLAP
  }
  keywords.push(`${key}:${encoded.slice(start).replace(HALF_PAIR, '')}${END}`)
  return keywords
}

/** What a cut leaves of a surrogate pair; the pair is whole in the next piece or the one before. */
const HALF_PAIR = /^[\udc00-\udfff]|[\ud800-\udbff]$/g

/** @throws Fault too-costly where the part is too long for a pattern. */
export const substringPattern = (key: string, part: string): string => `${key}:*${encodePart(part)}*`

/** Of what ends with the part. @throws Fault too-costly as above. */
export const endingPattern = (key: string, part: string): string => `${key}:*${encodePart(part)}${END}`

function encodePart(part: string): string {
  if (part.length > PART_LENGTH_MAX)
    throw fault(
      'too-costly',
      `The text to find in a string may have ${PART_LENGTH_MAX} characters, not ${part.length}.`,
    )
  return encode(part)
}

/** Stands behind the last piece; no encoded text has it. */
const END = '\ufddf'

/**
 * Replaces what is an operator in patterns: the engine's escapes fail in some places. An operator becomes one code
 * point that is never a character (U+FDD0 to U+FDEF), one of those becomes two, and none of these stands for anything
 * else: so a text holds another exactly if they do so encoded.
 */
const encode = (text: string): string =>
  ENCODED.test(text) ? text.toWellFormed().replace(ENCODED_ALL, encodeUnit) : text.toWellFormed()

const ENCODED = /[*?\\\ufdd0-\ufdef]/
const ENCODED_ALL = /[*?\\\ufdd0-\ufdef]/g
const OPERATORS = '*?\\'
const FIRST_NONCHARACTER = 0xfdd0
const LEADS = OPERATORS.length
const TRAILS = LEADS + 4

function encodeUnit(unit: string): string {
  const operator = OPERATORS.indexOf(unit)
  if (operator >= 0) return String.fromCharCode(FIRST_NONCHARACTER + operator)
  const number = unit.charCodeAt(0) - FIRST_NONCHARACTER
  const lead = FIRST_NONCHARACTER + LEADS + (number >> 3)
  return String.fromCharCode(lead, FIRST_NONCHARACTER + TRAILS + (number & 7))
}
