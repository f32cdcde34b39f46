/**
 * A parser for the part of FHIRPath that the expressions of R4's search parameters use (FHIRPath N1, grammar): paths,
 * functions, indexers, `as`, `is`, `=`, `!=`, `and`, `|`, literals and %variables.
 */

export type Expression =
  /** The context itself, where a path starts without a name. */
  | { readonly kind: 'context' }
  | { readonly kind: 'member'; readonly base: Expression; readonly name: string }
  | {
      readonly kind: 'call'
      readonly base: Expression
      readonly name: string
      readonly parameters: readonly Expression[]
    }
  | { readonly kind: 'index'; readonly base: Expression; readonly index: number }
  | { readonly kind: 'as' | 'is'; readonly base: Expression; readonly type: string }
  | { readonly kind: 'union'; readonly items: readonly Expression[] }
  | { readonly kind: 'operation'; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'variable'; readonly name: string }

export type Operator = '=' | '!=' | 'and' | 'or'

export class FhirPathSyntaxError extends Error {}

type Token = {
  readonly kind: 'name' | 'string' | 'number' | 'symbol' | 'end'
  readonly text: string
  readonly at: number
}

const tokenForms = [
  /(?<name>[A-Za-z_][A-Za-z0-9_]*)/,
  /`(?<quoted>[^`]*)`/,
  /'(?<string>(?:[^'\\]|\\.)*)'/,
  /(?<number>\d+)/,
  /(?<symbol>!=|[.()[\]|,=%])/,
]

const tokenPattern = new RegExp(`\\s*(?:${tokenForms.map(({ source }) => source).join('|')})`, 'y')

function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = []
  const text = source.trimEnd()
  tokenPattern.lastIndex = 0
  for (let at = 0; at < text.length; at = tokenPattern.lastIndex) {
    const groups = tokenPattern.exec(text)?.groups
    if (groups === undefined) throw new FhirPathSyntaxError(`unexpected "${text.slice(at, at + 12)}" at ${at}`)
    const { name, quoted, string, number, symbol } = groups
    if (string !== undefined) tokens.push({ kind: 'string', text: string.replace(/\\(.)/g, '$1'), at })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, at })
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol, at })
    else tokens.push({ kind: 'name', text: name ?? quoted ?? '', at })
  }
  tokens.push({ kind: 'end', text: 'the end', at: text.length })
  return tokens
}

/** Throws FhirPathSyntaxError, which names the position. */
export function parseFhirPath(source: string): Expression {
  const cursor = new Cursor(tokenize(source))
  const expression = parseOr(cursor)
  if (cursor.peek().kind !== 'end') cursor.refuse('an operator')
  return expression
}

class Cursor {
  readonly #tokens: readonly Token[]
  #position = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  peek(): Token {
    return this.#tokens[this.#position] ?? { kind: 'end', text: 'the end', at: 0 }
  }

  next(): Token {
    const token = this.peek()
    this.#position++
    return token
  }

  /** Takes the token if it is this symbol or word. */
  accepts(kind: 'symbol' | 'name', text: string): boolean {
    const token = this.peek()
    if (token.kind !== kind || token.text !== text) return false
    this.#position++
    return true
  }

  expect(kind: Token['kind'], text?: string): Token {
    const token = this.peek()
    if (token.kind !== kind || (text !== undefined && token.text !== text)) this.refuse(text ?? `a ${kind}`)
    return this.next()
  }

  refuse(expected: string): never {
    const { text, at } = this.peek()
    throw new FhirPathSyntaxError(`expected ${expected} instead of "${text}" at ${at}`)
  }
}

// One function for each level of precedence, the weakest first.

function parseOr(cursor: Cursor): Expression {
  let left = parseAnd(cursor)
  while (cursor.accepts('name', 'or')) left = { kind: 'operation', operator: 'or', left, right: parseAnd(cursor) }
  return left
}

function parseAnd(cursor: Cursor): Expression {
  let left = parseEquality(cursor)
  while (cursor.accepts('name', 'and'))
    left = { kind: 'operation', operator: 'and', left, right: parseEquality(cursor) }
  return left
}

function parseEquality(cursor: Cursor): Expression {
  let left = parseUnion(cursor)
  for (;;) {
    const operator = cursor.accepts('symbol', '=') ? '=' : cursor.accepts('symbol', '!=') ? '!=' : undefined
    if (operator === undefined) return left
    left = { kind: 'operation', operator, left, right: parseUnion(cursor) }
  }
}

function parseUnion(cursor: Cursor): Expression {
  const first = parseType(cursor)
  const items = [first]
  while (cursor.accepts('symbol', '|')) items.push(parseType(cursor))
  return items.length === 1 ? first : { kind: 'union', items }
}

function parseType(cursor: Cursor): Expression {
  let base = parsePath(cursor)
  for (;;) {
    const kind = cursor.accepts('name', 'as') ? 'as' : cursor.accepts('name', 'is') ? 'is' : undefined
    if (kind === undefined) return base
    base = { kind, base, type: parseTypeName(cursor) }
  }
}

/** `Patient`, `FHIR.Patient`, `System.String`: the namespace says nothing that the generator needs. */
function parseTypeName(cursor: Cursor): string {
  const first = cursor.expect('name').text
  return cursor.accepts('symbol', '.') ? cursor.expect('name').text : first
}

function parsePath(cursor: Cursor): Expression {
  let base = parseTerm(cursor)
  for (;;) {
    if (cursor.accepts('symbol', '.')) base = parseInvocation(cursor, base)
    else if (cursor.accepts('symbol', '[')) base = parseIndex(cursor, base)
    else return base
  }
}

function parseIndex(cursor: Cursor, base: Expression): Expression {
  const index = Number(cursor.expect('number').text)
  cursor.expect('symbol', ']')
  return { kind: 'index', base, index }
}

function parseTerm(cursor: Cursor): Expression {
  const token = cursor.peek()
  if (token.kind === 'string') return { kind: 'literal', value: cursor.next().text }
  if (token.kind === 'number') return { kind: 'literal', value: Number(cursor.next().text) }
  if (cursor.accepts('name', 'true')) return { kind: 'literal', value: true }
  if (cursor.accepts('name', 'false')) return { kind: 'literal', value: false }
  if (cursor.accepts('symbol', '%')) return { kind: 'variable', name: cursor.expect('name').text }
  if (cursor.accepts('symbol', '(')) {
    const inner = parseOr(cursor)
    cursor.expect('symbol', ')')
    return inner
  }
  return parseInvocation(cursor, { kind: 'context' })
}

function parseInvocation(cursor: Cursor, base: Expression): Expression {
  const name = cursor.expect('name').text
  if (!cursor.accepts('symbol', '(')) return { kind: 'member', base, name }
  const parameters: Expression[] = []
  while (!cursor.accepts('symbol', ')')) {
    if (parameters.length > 0) cursor.expect('symbol', ',')
    parameters.push(parseOr(cursor))
  }
  return { kind: 'call', base, name, parameters }
}
