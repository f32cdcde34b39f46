/** The text of a `_filter` as a tree, and back. R4 search_filter.html */

export const FILTER_OPERATORS = [
  'eq',
  'ne',
  'co',
  'sw',
  'ew',
  'gt',
  'lt',
  'ge',
  'le',
  'ap',
  'sa',
  'eb',
  'pr',
  'po',
  'ss',
  'sb',
  'in',
  'ni',
  're',
] as const

export type FilterOperator = (typeof FILTER_OPERATORS)[number]

export type FilterExpression =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly FilterExpression[] }
  | { readonly kind: 'not'; readonly operand: FilterExpression }
  | FilterTest

export interface FilterTest {
  readonly kind: 'test'
  readonly path: readonly FilterStep[]
  readonly operator: FilterOperator
  readonly value: string
}

/** `subject[birthdate lt 1990]` of `subject[birthdate lt 1990].name`. */
export interface FilterStep {
  readonly name: string
  readonly filter?: FilterExpression
}

/** Where the text is no filter: from 0, and what was expected there. */
export interface FilterMistake {
  readonly position: number
  readonly expected: string
}

const DEPTH_MAX = 40
const TESTS_MAX = 256

export const isFilterMistake = (parsed: FilterExpression | FilterMistake): parsed is FilterMistake =>
  'position' in parsed

export function parseFilterText(text: string): FilterExpression | FilterMistake {
  const reader = new FilterReader(text)
  try {
    return reader.whole()
  } catch (error) {
    if (error instanceof Mistake) return { position: error.position, expected: error.message }
    throw error
  }
}

/** Text that parses to this tree. */
export function formatFilter(expression: FilterExpression): string {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.operands.map(formatOperand).join(` ${expression.kind} `)
    case 'not':
      return `not (${formatFilter(expression.operand)})`
    case 'test': {
      const path = expression.path.map(({ name, filter }) => (filter ? `${name}[${formatFilter(filter)}]` : name))
      return `${path.join('.')} ${expression.operator} ${formatValue(expression.value)}`
    }
  }
}

const formatOperand = (operand: FilterExpression): string =>
  operand.kind === 'and' || operand.kind === 'or' ? `(${formatFilter(operand)})` : formatFilter(operand)

const formatValue = (value: string): string =>
  TOKEN_ALONE.test(value) && !value.startsWith('"') ? value : JSON.stringify(value)

const TOKEN_ALONE = /^[^\s)\]]+$/u

class Mistake extends Error {
  readonly position: number

  constructor(position: number, expected: string) {
    super(expected)
    this.position = position
  }
}

const SPACE = /\s*/uy
const NAME = /[A-Za-z_][A-Za-z0-9_:-]*/y
const NOT = /not(?=\s*\()/uy
const JOINER = /(?:and|or)(?=[\s(])/uy
const OPERATOR = /[a-z]+/y
const TOKEN = /[^\s)\]]+/uy
/** Only what JSON.parse may take: it says what is wrong with the escapes. */
const STRING = /"(?:[^"\\]|\\.)*"/suy

const EXPECTED_FILTER = "a test such as 'name eq \"peter\"', 'not (' or '('"

class FilterReader {
  readonly #text: string
  #position = 0
  #depth = 0
  #tests = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): FilterExpression {
    const expression = this.#expression()
    this.#skip()
    if (this.#position < this.#text.length) throw this.#mistake("'and', 'or' or the end")
    return expression
  }

  /** Left to right: neither `and` nor `or` binds more strongly. */
  #expression(): FilterExpression {
    if (++this.#depth > DEPTH_MAX) throw this.#mistake(`no more than ${DEPTH_MAX} levels of parentheses`)
    let expression = this.#operand()
    let isOpen = false
    for (let joiner = this.#take(JOINER); joiner !== undefined; joiner = this.#take(JOINER)) {
      const kind = joiner === 'and' ? 'and' : 'or'
      const next = this.#operand()
      const operands = isOpen && expression.kind === kind ? expression.operands : [expression]
      expression = { kind, operands: [...operands, next] }
      isOpen = true
    }
    this.#depth--
    return expression
  }

  #operand(): FilterExpression {
    if (this.#take(NOT) !== undefined) return { kind: 'not', operand: this.#enclosed('(', ')') }
    this.#skip()
    if (this.#text[this.#position] === '(') return this.#enclosed('(', ')')
    return this.#test()
  }

  #enclosed(open: string, close: string): FilterExpression {
    this.#expect(open)
    const expression = this.#expression()
    this.#expect(close)
    return expression
  }

  #test(): FilterTest {
    if (++this.#tests > TESTS_MAX) throw this.#mistake(`no more than ${TESTS_MAX} tests`)
    const path = [this.#step(EXPECTED_FILTER)]
    while (this.#text[this.#position] === '.') {
      this.#position++
      path.push(this.#step("the name of a search parameter behind '.'"))
    }
    const before = this.#position
    const word = this.#take(OPERATOR)
    const operator = FILTER_OPERATORS.find(one => one === word)
    if (!operator) {
      this.#position = before
      throw this.#mistake(`one of ${FILTER_OPERATORS.join(' ')} behind '${path.at(-1)?.name}'`)
    }
    return { kind: 'test', path, operator, value: this.#value(operator) }
  }

  #step(expected: string): FilterStep {
    const name = this.#take(NAME)
    if (name === undefined) throw this.#mistake(expected)
    if (this.#text[this.#position] !== '[') return { name }
    return { name, filter: this.#enclosed('[', ']') }
  }

  #value(operator: FilterOperator): string {
    this.#skip()
    if (this.#text[this.#position] !== '"') {
      const token = this.#take(TOKEN)
      if (token === undefined) throw this.#mistake(`a value behind '${operator}'`)
      return token
    }
    const start = this.#position
    const quoted = this.#take(STRING)
    try {
      if (quoted !== undefined) return JSON.parse(quoted) as string
    } catch {
      // Told below, with the place where it begins.
    }
    this.#position = start
    throw this.#mistake('a JSON string that ends with a double quote')
  }

  #expect(character: string): void {
    this.#skip()
    if (this.#text[this.#position] !== character) throw this.#mistake(`'${character}'`)
    this.#position++
  }

  #skip(): void {
    SPACE.lastIndex = this.#position
    this.#position += SPACE.exec(this.#text)?.[0].length ?? 0
  }

  /** What the pattern finds behind white space; undefined, and nothing taken, where it doesn't. */
  #take(pattern: RegExp): string | undefined {
    const before = this.#position
    this.#skip()
    pattern.lastIndex = this.#position
    const found = pattern.exec(this.#text)?.[0]
    this.#position = found === undefined ? before : this.#position + found.length
    return found
  }

  #mistake(expected: string): Mistake {
    this.#skip()
    return new Mistake(this.#position, expected)
  }
}
