/** The repository's own sources, read and parsed once for all tidy tests. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, resolve } from 'node:path'
import { parseAst } from 'vitest/node'

export const root = resolve(import.meta.dirname, '../..')

/** A node of ESTree with TypeScript's nodes, as far as these tests look. */
export interface AstNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [property: string]: unknown
}

export interface SourceFile {
  /** From the repository's root, with slashes. */
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
  readonly isTest: boolean
  readonly program: AstNode
  readonly imports: readonly Import[]
}

export interface Import {
  /** Path from the root for the repository's own files; else `node:fs` or a package as it was written. */
  readonly target: string
  readonly own: boolean
  /** Written as ./ or ../ */
  readonly relative: boolean
  readonly typeOnly: boolean
  readonly names: readonly string[]
  readonly line: number
}

const IMPORTING = new Set(['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'ImportExpression'])

// Folders that hold nothing of ours, or nothing written by hand.
const PASSED_OVER = new Set([
  'node_modules',
  'dist',
  'data',
  '.cache',
  'coverage',
  '.git',
  'schema/generated',
  'test/bench/results',
  'test/client/generated',
])

function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = posix.join(folder, entry.name)
    if (PASSED_OVER.has(path)) continue
    if (entry.isDirectory()) yield* filesBelow(path)
    else if (entry.isFile()) yield path
  }
}

/** Every file, generated ones apart, sorted. */
export const paths: readonly string[] = [...filesBelow('')].sort()

export const readText = (path: string): string => readFileSync(join(root, path), 'utf8')

function readSource(path: string): SourceFile {
  const text = readText(path)
  const program = parseAst(text, { lang: 'ts' }) as unknown as AstNode
  return {
    path,
    text,
    lines: text.split('\n'),
    isTest: path.endsWith('.test.ts') || path.endsWith('.suite.ts'),
    program,
    imports: importsOf(path, text, program),
  }
}

/** Every node, parents first. */
export function* nodesOf(node: AstNode): Generator<AstNode> {
  const waiting = [node]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    yield next
    waiting.push(...childrenOf(next).reverse())
  }
}

export const childrenOf = (node: AstNode): AstNode[] => Object.values(node).flat().filter(isNode)

const isNode = (value: unknown): value is AstNode =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'

export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length

function importsOf(path: string, text: string, program: AstNode): readonly Import[] {
  const imports: Import[] = []
  for (const node of nodesOf(program)) {
    const from = IMPORTING.has(node.type) && isNode(node.source) ? node.source.value : undefined
    if (typeof from !== 'string') continue
    const specifiers = (node.specifiers ?? []) as readonly AstNode[]
    imports.push({
      ...resolved(path, from),
      typeOnly: node.importKind === 'type' || node.exportKind === 'type',
      names: specifiers.flatMap(each => {
        const name = (each.imported ?? each.local) as { readonly name?: string } | undefined
        return name?.name ?? []
      }),
      line: lineAt(text, node.start),
    })
  }
  return imports
}

function resolved(path: string, from: string): Pick<Import, 'target' | 'own' | 'relative'> {
  if (from.startsWith('#')) return { target: from.slice(1), own: true, relative: false }
  if (from.startsWith('.')) return { target: posix.join(dirname(path), from), own: true, relative: true }
  return { target: from, own: false, relative: false }
}

export const sources: readonly SourceFile[] = paths.filter(path => /\.(ts|js)$/.test(path)).map(readSource)
