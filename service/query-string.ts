/** Query strings: what is behind the '?' of a URL, in a form body, and in If-None-Exist. */
import { fault } from './fault.ts'
import type { Parameters } from './fhir-service.ts'

/**
 * Name and value pairs in order, decoded; '+' is a space, as forms have it. Empty pieces (`a=1&&b=2`) are skipped.
 * @throws Fault invalid on a malformed escape, or half a character, which no URL can hold.
 */
export function parseQueryString(text: string): Parameters {
  const parameters: [string, string][] = []
  for (const piece of text.split('&')) {
    if (piece === '') continue
    const equals = piece.indexOf('=')
    const name = equals < 0 ? piece : piece.slice(0, equals)
    parameters.push([decode(name, piece), equals < 0 ? '' : decode(piece.slice(equals + 1), piece)])
  }
  return parameters
}

function decode(text: string, piece: string): string {
  if (!text.isWellFormed()) throw fault('invalid', 'The query has half a surrogate pair in it', { code: 'value' })
  if (!text.includes('%') && !text.includes('+')) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (cause) {
    throw fault('invalid', `The query has a malformed percent escape in '${piece}'`, { code: 'value', cause })
  }
}

/**
 * The inverse of parseQueryString. ':', ',', '/' and '$' stay readable: RFC 3986 allows them in a query.
 * @param known what parameters that are in several queries have been written as.
 */
export const formatQueryString = (
  parameters: Parameters,
  known: Map<Parameters[number], string> = new Map(),
): string => {
  const written = (parameter: Parameters[number]): string => {
    const text = known.get(parameter) ?? `${encode(parameter[0])}=${encode(parameter[1])}`
    known.set(parameter, text)
    return text
  }
  return parameters.map(written).join('&')
}

/** Neither those four nor what needs no escape anywhere; halves of a pair stay together. */
const ESCAPED = /[^\w.~:,/$-]+/g

const encode = (text: string): string => text.replace(ESCAPED, encodeURIComponent)
