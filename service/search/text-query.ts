/**
 * What `_text` and `_content` ask for: `(bone OR liver) and metastases`. R4 search.html#content
 *
 * Words beside each other are all wanted, in any order, which `AND` may say as well. `OR`, or a comma, makes
 * alternatives and binds less. `NOT` and brackets are what they look like. `and` and `or` may be in lower case, `not`
 * may not: "not found" is text. What could be an operator is a word where nothing stands before or behind it, and
 * within double quotes. Nothing is malformed: a bracket without its other is punctuation.
 */
import { anyOf } from './any-of.ts'
import type { Node } from './ast.ts'
import type { WordPlace } from './document.ts'
import { unescapeValue } from './escapes.ts'
import { wordsOf } from './words.ts'

export interface TextQuery {
  readonly node: Node
  /** Of all words in it. */
  readonly wordCount: number
}

/** undefined: there is no word in it. */
export function parseTextQuery(text: string, within: WordPlace): TextQuery | undefined {
  const pieces = text.match(PIECE) ?? []
  const terms = pieces.filter(piece => piece !== '(' && piece !== ')').map(termOf)
  const node = alternativesOf(groupsOf(pieces), within)
  const wordCount = terms.reduce((sum, { kind, words }) => sum + (kind === 'words' ? words.length : 0), 0)
  return node && { node, wordCount }
}

interface Term {
  readonly kind: 'words' | 'and' | 'or' | 'not'
  /** What it says where it is no operator; a comma says nothing. */
  readonly words: readonly string[]
}

type Item = Term | readonly Item[]

const PIECE = /"[^"]*"|[(),]|(?:\\[\s\S]|[^\s()",\\])+/g

const OPERATORS: ReadonlyMap<string, Term['kind']> = new Map([
  ['AND', 'and'],
  ['and', 'and'],
  ['OR', 'or'],
  ['or', 'or'],
  [',', 'or'],
  ['NOT', 'not'],
])

const termOf = (piece: string): Term => ({
  kind: OPERATORS.get(piece) ?? 'words',
  words: wordsOf(unescapeValue(piece)),
})

/** Deeper brackets are punctuation. */
const DEPTH_MAX = 20

/** What is in brackets becomes a list of its own. */
function groupsOf(pieces: readonly string[]): readonly Item[] {
  const open: Item[][] = [[]]
  let tooDeep = 0
  for (const piece of pieces) {
    if (piece === '(') {
      if (open.length > DEPTH_MAX) tooDeep++
      else open.push([])
    } else if (piece === ')') {
      if (tooDeep > 0) tooDeep--
      else if (open.length > 1) closeLast(open)
    } else {
      const term = termOf(piece)
      if (term.kind !== 'words' || term.words.length > 0) open.at(-1)?.push(term)
    }
  }
  while (open.length > 1) closeLast(open)
  return open[0] ?? []
}

function closeLast(open: Item[][]): void {
  const last = open.pop() ?? []
  if (last.length > 0) open.at(-1)?.push(last)
}

const kindOf = (item: Item | undefined): Term['kind'] | undefined =>
  item === undefined ? undefined : 'kind' in item ? item.kind : 'words'

function alternativesOf(items: readonly Item[], within: WordPlace): Node | undefined {
  const alternatives: Item[][] = [[]]
  items.forEach((item, index) => {
    const last = alternatives.at(-1) ?? []
    const next = kindOf(items[index + 1])
    if (kindOf(item) === 'or' && last.length > 0 && next !== undefined && next !== 'or') alternatives.push([])
    else last.push(item)
  })
  const nodes = alternatives.flatMap(each => conjunctionOf(each, within) ?? [])
  return nodes.length === 0 ? undefined : anyOf(nodes)
}

function conjunctionOf(items: readonly Item[], within: WordPlace): Node | undefined {
  const words = new Set<string>()
  const nodes: Node[] = []
  let negated = false
  items.forEach((item, index) => {
    const kind = kindOf(item)
    const isLast = index === items.length - 1
    if (kind === 'not' && !isLast) {
      negated = !negated
      return
    }
    if (kind === 'and' && index > 0 && !isLast) return
    if (negated || !('kind' in item)) {
      const node = 'kind' in item ? wordsNode(item.words, within) : alternativesOf(item, within)
      if (node) nodes.push(negated ? { kind: 'not', node } : node)
    } else {
      for (const word of item.words) words.add(word)
    }
    negated = false
  })
  const all = words.size > 0 ? [wordsNode([...words], within), ...nodes] : nodes
  const [only] = all
  return all.length > 1 ? { kind: 'and', nodes: all } : only
}

const wordsNode = (words: readonly string[], within: WordPlace): Node => ({ kind: 'words', within, words })
