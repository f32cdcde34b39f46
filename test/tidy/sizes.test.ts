/** Small files and functions. What is larger is listed with its size, and may only shrink. */
import { expect, test } from 'vitest'
import { type AstNode, childrenOf, lineAt, nodesOf, sources } from './sources.ts'

const FILE_LINES_MAX = 400
const FUNCTION_LINES_MAX = 70
const LINE_COLUMNS_MAX = 120
/** A text of so many columns is easier to read and to search for in one piece. */
const UNBREAKABLE_COLUMNS = 60

/** Lines a file has today, by path. */
const LONGER_FILES: Readonly<Record<string, number>> = {}

/** Lines a function has today, by path and name. */
const LONGER_FUNCTIONS: Readonly<Record<string, number>> = {}

test(`files have at most ${FILE_LINES_MAX} lines`, () => {
  const sizes = sources.map(({ path, lines }): [string, number] => [path, lines.length - 1])
  expect(offences(sizes, FILE_LINES_MAX, LONGER_FILES)).toEqual([])
})

test(`functions have at most ${FUNCTION_LINES_MAX} lines, those inside them counted apart`, () => {
  const code = sources.filter(file => !file.isTest)
  const sizes = code.flatMap(file => functionSizes(file.path, file.text, file.program))
  expect(offences(sizes, FUNCTION_LINES_MAX, LONGER_FUNCTIONS)).toEqual([])
})

test(`lines have at most ${LINE_COLUMNS_MAX} columns, but where one text makes them longer`, () => {
  const long = sources.flatMap(({ path, lines, program }) => {
    const tooLong = lines.flatMap((line, index) => ([...line].length > LINE_COLUMNS_MAX ? [index] : []))
    if (tooLong.length === 0) return []
    const texts = [...nodesOf(program)].filter(node => /^(Literal|TemplateLiteral)$/.test(node.type))
    const columnsOfTexts = (index: number): number => {
      const from = lines.slice(0, index).join('\n').length + 1
      const to = from + (lines[index]?.length ?? 0)
      return Math.max(0, ...texts.map(node => Math.min(node.end, to) - Math.max(node.start, from)))
    }
    return tooLong.filter(index => columnsOfTexts(index) < UNBREAKABLE_COLUMNS).map(index => `${path}:${index + 1}`)
  })
  expect(long).toEqual([])
})

function offences(sizes: readonly [string, number][], max: number, listed: Readonly<Record<string, number>>): string[] {
  const found = sizes.flatMap(([name, size]) => {
    const allowed = listed[name] ?? max
    if (size > allowed) return [`${name} has ${size} lines, more than ${allowed}`]
    return listed[name] !== undefined && size <= max ? [`${name} is small enough: take it off the list`] : []
  })
  const names = new Set(sizes.map(([name]) => name))
  const gone = Object.keys(listed).filter(name => !names.has(name))
  return [...found, ...gone.map(name => `${name} is gone: take it off the list`)]
}

const FUNCTION = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])

function functionSizes(path: string, text: string, program: AstNode): [string, number][] {
  const sizes: [string, number][] = []
  /** @returns lines of the functions directly inside, which their outer one doesn't count */
  const visit = (node: AstNode, name: string): number => {
    const named = ((node.id ?? node.key) as { readonly name?: string } | null | undefined)?.name ?? name
    const inside = childrenOf(node).reduce((sum, child) => sum + visit(child, named), 0)
    if (!FUNCTION.has(node.type)) return inside
    const lines = lineAt(text, node.end) - lineAt(text, node.start) + 1
    sizes.push([`${path} ${named}`, lines - inside])
    // Functions of one line share it with what is around them.
    return lines > 1 ? lines : 0
  }
  visit(program, '')
  return sizes
}
