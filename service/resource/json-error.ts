/** Where and why a text is no JSON (RFC 8259). Only for texts that JSON.parse has refused: it is a second pass. */
import { numberEnd, skipSpaces } from './json-number.ts'

export interface JsonError {
  /** From 1, as is the column, which counts UTF-16 units. */
  readonly line: number
  readonly column: number
  /** Half a sentence that quotes nothing of the content: `a comma or '}' is missing`. */
  readonly problem: string
}

interface Finding {
  readonly position: number
  readonly problem: string
}

/** What can't stand in a string as it is: the quote, the backslash and control characters. */
const STRING_STOP = /[^ !#-[\]-\uffff]/g
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const LITERAL = /true|false|null/y
/** What can't follow a number or a literal. */
const WORD = /[\w.+-]/y

const QUOTE = 34
const COMMA = 44
const COLON = 58
const OPENING_BRACKET = 91
const CLOSING_BRACKET = 93
const OPENING_BRACE = 123
const CLOSING_BRACE = 125

/** The search ends there: deeper texts are refused in any case, and would only cost memory here. */
const DEPTH_MAX = 10_000

export function locateJsonError(text: string): JsonError {
  const { position, problem } = scan(text)
  const lineStart = text.lastIndexOf('\n', position - 1) + 1
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < lineStart; at = text.indexOf('\n', at + 1)) line++
  return { line, column: (position === 0 ? 0 : position - lineStart) + 1, problem }
}

const after = (pattern: RegExp, text: string, position: number): number | undefined => {
  pattern.lastIndex = position
  return pattern.test(text) ? pattern.lastIndex : undefined
}

/** Walks the text token by token; `open` holds the ends of the objects and arrays around the current place. */
function scan(text: string): Finding {
  const open: number[] = []
  let position = 0
  let expected: 'value' | 'value or end' | 'name' | 'name or end' | 'comma or end' = 'value'
  for (;;) {
    position = skipSpaces(text, position)
    const code = text.charCodeAt(position)
    const end = open[open.length - 1]
    if (expected === 'comma or end' && end === undefined) return { position, problem: 'there is more behind the end' }
    if (position >= text.length) return { position, problem: 'the text ends too early' }
    if (open.length > DEPTH_MAX) return { position, problem: 'it is nested too deeply' }
    if (code === end && expected !== 'value' && expected !== 'name') {
      open.pop()
      position++
      expected = 'comma or end'
    } else if (expected === 'comma or end') {
      if (code !== COMMA) return { position, problem: `a comma or '${end === CLOSING_BRACE ? '}' : ']'}' is missing` }
      position++
      expected = end === CLOSING_BRACE ? 'name' : 'value'
    } else if (expected === 'name' || expected === 'name or end') {
      const value = memberValue(text, position)
      if (typeof value === 'object') return value
      position = value
      expected = 'value'
    } else if (code === OPENING_BRACE || code === OPENING_BRACKET) {
      open.push(code === OPENING_BRACE ? CLOSING_BRACE : CLOSING_BRACKET)
      position++
      expected = code === OPENING_BRACE ? 'name or end' : 'value or end'
    } else {
      const next = code === QUOTE ? stringEnd(text, position) : scalarEnd(text, position)
      if (typeof next === 'object') return next
      position = next
      expected = 'comma or end'
    }
  }
}

/** From a member's name to where its value may begin. */
function memberValue(text: string, position: number): number | Finding {
  if (text.charCodeAt(position) !== QUOTE) return { position, problem: 'the name of a member is missing' }
  const end = stringEnd(text, position)
  if (typeof end === 'object') return end
  const colon = skipSpaces(text, end)
  return text.charCodeAt(colon) === COLON ? colon + 1 : { position: colon, problem: 'a colon is missing' }
}

/** The end of a number or of true, false or null. */
function scalarEnd(text: string, position: number): number | Finding {
  const number = numberEnd(text, position)
  const end = number < 0 ? after(LITERAL, text, position) : number
  if (end === undefined || after(WORD, text, end) !== undefined) return { position, problem: 'there is no value' }
  return end
}

/** From an opening quote to behind the closing one. */
function stringEnd(text: string, start: number): number | Finding {
  let position = start + 1
  for (;;) {
    STRING_STOP.lastIndex = position
    const stop = STRING_STOP.exec(text)
    if (stop === null) return { position: start, problem: 'a string has no end' }
    if (stop[0] === '"') return stop.index + 1
    if (stop[0] !== '\\') return { position: stop.index, problem: 'a string holds a control character' }
    const next = after(ESCAPE, text, stop.index)
    if (next === undefined) return { position: stop.index, problem: 'a string holds an unknown escape' }
    position = next
  }
}
