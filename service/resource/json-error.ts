/** Where and why a text is no JSON (RFC 8259). Only for texts that JSON.parse has refused: it is a second pass. */

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

const SPACES = /[ \t\n\r]*/y
/** What can't stand in a string as it is: the quote, the backslash and control characters. */
const STRING_STOP = /[^ !#-[\]-\uffff]/g
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y

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

/** Walks the text token by token; `open` holds the objects and arrays around the current place. */
function scan(text: string): Finding {
  const open: ('{' | '[')[] = []
  let position = 0
  let expected: 'value' | 'value or end' | 'name' | 'name or end' | 'comma or end' = 'value'
  for (;;) {
    position = after(SPACES, text, position) ?? position
    const character = text[position]
    const inside = open.at(-1)
    const end = inside === '{' ? '}' : ']'
    if (expected === 'comma or end' && inside === undefined)
      return { position, problem: character === undefined ? 'it is too large' : 'there is something after the end' }
    if (character === undefined) return { position, problem: 'the text ends too early' }
    if (expected.endsWith('end') && character === end) {
      open.pop()
      position++
      expected = 'comma or end'
    } else if (expected === 'comma or end') {
      if (character !== ',') return { position, problem: `a comma or '${end}' is missing` }
      position++
      expected = inside === '{' ? 'name' : 'value'
    } else if (expected.startsWith('name')) {
      const value = memberValue(text, position)
      if (typeof value !== 'number') return value
      position = value
      expected = 'value'
    } else if (character === '{' || character === '[') {
      open.push(character)
      position++
      expected = character === '{' ? 'name or end' : 'value or end'
    } else {
      const next = character === '"' ? stringEnd(text, position) : after(SCALAR, text, position)
      if (typeof next === 'object') return next
      if (next === undefined) return { position, problem: 'there is no value' }
      position = next
      expected = 'comma or end'
    }
  }
}

/** From a member's name to where its value may begin. */
function memberValue(text: string, position: number): number | Finding {
  if (text[position] !== '"') return { position, problem: 'the name of a member is missing' }
  const end = stringEnd(text, position)
  if (typeof end === 'object') return end
  const colon = after(SPACES, text, end) ?? end
  return text[colon] === ':' ? colon + 1 : { position: colon, problem: 'a colon is missing' }
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
