/**
 * How much of a resource is what `_text` and `_content` ask for. R4 search.html#score
 *
 * The characters of the words that are sought, of those of the text that they are in: 1 where it says nothing else. Of
 * one search only the length of the text differs from match to match, so that engines have one number to sort by, and
 * all give the same.
 */
import type { ResourceContent } from '../resource/content.ts'
import type { Node, ParameterReference, SortKey } from './ast.ts'
import { LENGTH_URLS, type WordPlace } from './document.ts'
import { documentWords } from './words.ts'

export const SCORE_CODE = '_score'

/** What a search asks for by words. */
export interface Relevance {
  /** Where all words are sought: in the narrative, or in more than that. */
  readonly within: WordPlace
  /** Characters, more than none. */
  readonly soughtLength: number
}

/** Of the criteria at the root of a query, all of which hold; undefined: none of them asks for words. */
export function relevanceOf(nodes: readonly Node[]): Relevance | undefined {
  const soughtLength = nodes.reduce((sum, node) => sum + lengthOf(node), 0)
  if (soughtLength === 0) return undefined
  return { within: nodes.some(isOfContent) ? 'content' : 'narrative', soughtLength }
}

/** Of alternatives the longest; what must not be there counts for nothing. */
function lengthOf(node: Node): number {
  switch (node.kind) {
    case 'words':
      return node.words.join(' ').length
    case 'or':
      return Math.max(0, ...node.nodes.map(lengthOf))
    case 'and':
      return node.nodes.reduce((sum, each) => sum + lengthOf(each), 0)
    default:
      return 0
  }
}

const isOfContent = (node: Node): boolean =>
  node.kind === 'words'
    ? node.within === 'content'
    : (node.kind === 'or' || node.kind === 'and') && node.nodes.some(isOfContent)

/** 0 to 1, to three digits. */
export function scoreOf({ within, soughtLength }: Relevance, content: ResourceContent): number {
  const { length } = documentWords(content)[within]
  return length <= soughtLength ? 1 : Number((soughtLength / length).toPrecision(3))
}

/** The score grows as the text gets shorter. */
export const scoreKey = (type: string, { within }: Relevance, descending: boolean): SortKey => ({
  parameter: lengthParameter(type, within),
  descending: !descending,
})

const parameters = new Map<string, ParameterReference>()

function lengthParameter(resourceType: string, within: WordPlace): ParameterReference {
  const url = LENGTH_URLS[within]
  const name = `${resourceType} ${url}`
  let parameter = parameters.get(name)
  if (!parameter) {
    parameter = Object.freeze({ resourceType, code: SCORE_CODE, url, kind: 'number', derived: true })
    parameters.set(name, parameter)
  }
  return parameter
}
