/** What a search means: whether one indexed resource satisfies a node. Engines must give the same answers. */
import { invariant } from '../invariant.ts'
import type {
  Comparator,
  ComponentNode,
  CompositeNode,
  DateNode,
  Node,
  NodeKind,
  NumberNode,
  ParameterReference,
  QuantityNode,
  Query,
  ReferenceNode,
  StringNode,
  SystemAndCode,
  TokenNode,
  TokensNode,
  UriNode,
} from './ast.ts'
import { containedType, inContained } from './contained.ts'
import type {
  CompositeValue,
  DateValue,
  IndexDocument,
  IndexValue,
  NumberValue,
  QuantityValue,
  ReferenceValue,
  StringValue,
  TokenValue,
  UriValue,
} from './document.ts'
import { distanceMeters } from './great-circle.ts'
import { distinctWords } from './normalize.ts'
import { isBelow } from './uri-below.ts'

/** The newest versions of other resources and of what they contain, for joins; deleted ones are not found. */
export interface Lookup {
  find(type: string, id: string): IndexDocument | undefined
  /** Resources of the parameter's type that have a local reference to the target (of any version) with it. */
  referring(
    parameter: ParameterReference,
    target: { readonly type: string; readonly id: string },
  ): Iterable<IndexDocument>
}

/** For predicates on one resource: a join is our own mistake. */
export const NO_LOOKUP: Lookup = {
  find: () => noJoin(),
  referring: () => noJoin(),
}

function noJoin(): never {
  invariant(false, 'a join in a predicate on one resource')
}

type NodeOf<K extends NodeKind> = Extract<Node, { readonly kind: K }>
type Meaning<K extends NodeKind> = (node: NodeOf<K>, document: IndexDocument, lookup: Lookup) => boolean

const MEANING: { readonly [K in NodeKind]: Meaning<K> } = {
  everything: () => true,
  nothing: () => false,
  and: (node, document, lookup) => node.nodes.every(child => evaluate(child, document, lookup)),
  or: (node, document, lookup) => node.nodes.some(child => evaluate(child, document, lookup)),
  not: (node, document, lookup) => !evaluate(node.node, document, lookup),
  id: (node, document) => node.ids.includes(document.id),
  compartment: (node, document) => document.compartments.includes(node.compartment),
  missing: (node, document) => (valuesOf(document, node.parameter).length === 0) === node.missing,
  token: someValueMatches,
  string: someValueMatches,
  reference: someValueMatches,
  uri: someValueMatches,
  date: someValueMatches,
  number: someValueMatches,
  quantity: someValueMatches,
  tokens: (node, document) =>
    valuesOf(document, node.parameter).some(value => value.kind === 'token' && codesOf(node).has(tokenName(value))),
  near: (node, document) =>
    valuesOf(document, node.parameter).some(
      value => value.kind === 'position' && distanceMeters(node, value) <= node.distanceMeters,
    ),
  composite: (node, document) =>
    valuesOf(document, node.parameter).some(value => value.kind === 'composite' && compositeMatches(node, value)),
  chain: (node, document, lookup) =>
    valuesOf(document, node.parameter).some(value => {
      if (value.kind !== 'reference' || value.id === undefined || value.type === undefined) return false
      const query = value.type === containedType(node.query.type) ? inContained(node.query) : node.query
      if (value.type !== query.type) return false
      const target = lookup.find(value.type, value.id)
      return target !== undefined && evaluateQuery(query, target, lookup)
    }),
  has: (node, document, lookup) => {
    for (const source of lookup.referring(node.parameter, document)) {
      if (evaluateQuery(node.query, source, lookup)) return true
    }
    return false
  },
  words: ({ within, words }, document) => {
    const found = distinctWords(document.words?.[within] ?? '')
    return words.every(word => found.has(word))
  },
  differs: ({ node }, document) => valuesOf(document, node.parameter).some(value => !valueMatches(node, value)),
}

/** Whether the resource satisfies the node. Chains and `_has` look at other resources through `lookup`. */
export const evaluate = (node: Node, document: IndexDocument, lookup: Lookup): boolean =>
  (MEANING[node.kind] as Meaning<NodeKind>)(node as never, document, lookup)

/** Whether the resource is of the query's type and satisfies it. */
export const evaluateQuery = (query: Query, document: IndexDocument, lookup: Lookup): boolean =>
  document.type === query.type && evaluate(query.where, document, lookup)

const NO_VALUES: readonly IndexValue[] = []

/** Values of the parameter in a document; none where the document is of another type. */
export function valuesOf(document: IndexDocument, parameter: ParameterReference): readonly IndexValue[] {
  for (const entry of document.entries) {
    if (entry.parameter === parameter) return entry.values
  }
  if (document.type !== parameter.resourceType) return NO_VALUES
  return document.entries.find(entry => entry.parameter.url === parameter.url)?.values ?? NO_VALUES
}

const tokenName = ({ system, code }: SystemAndCode): string => `${system}\u0000${code}`

const codeSets = new WeakMap<TokensNode, ReadonlySet<string>>()

function codesOf(node: TokensNode): ReadonlySet<string> {
  const known = codeSets.get(node)
  if (known) return known
  const codes = new Set(node.tokens.map(tokenName))
  codeSets.set(node, codes)
  return codes
}

const compositeMatches = (node: CompositeNode, { components }: CompositeValue): boolean =>
  node.components.every(
    (component, index) => component === undefined || components[index]?.some(value => valueMatches(component, value)),
  )

function someValueMatches(node: ComponentNode, document: IndexDocument): boolean {
  return valuesOf(document, node.parameter).some(value => valueMatches(node, value))
}

/** A value of another kind satisfies nothing. */
function valueMatches(node: ComponentNode, value: IndexValue): boolean {
  switch (node.kind) {
    case 'token':
      return value.kind === 'token' && tokenMatches(node, value)
    case 'string':
      return value.kind === 'string' && stringMatches(node, value)
    case 'reference':
      return value.kind === 'reference' && referenceMatches(node, value)
    case 'uri':
      return value.kind === 'uri' && uriMatches(node, value)
    case 'date':
      return value.kind === 'date' && dateMatches(node, value)
    case 'number':
      return value.kind === 'number' && numberMatches(node, value)
    case 'quantity':
      return value.kind === 'quantity' && quantityMatches(node, value)
  }
}

const tokenMatches = (node: TokenNode, value: TokenValue): boolean =>
  (node.system === undefined || node.system === value.system) && (node.code === undefined || node.code === value.code)

function stringMatches({ mode, value: sought }: StringNode, { value, normalized }: StringValue): boolean {
  switch (mode) {
    case 'exact':
      return value === sought
    case 'equals':
      return normalized === sought
    case 'starts':
      return normalized.startsWith(sought)
    case 'ends':
      return normalized.endsWith(sought)
    case 'contains':
      return normalized.includes(sought)
  }
}

function referenceMatches(node: ReferenceNode, value: ReferenceValue): boolean {
  if (node.version !== undefined && node.version !== value.version) return false
  if (node.url !== undefined) return node.url === value.url
  return node.id !== undefined && node.id === value.id && (node.type === undefined || node.type === value.type)
}

function uriMatches(node: UriNode, value: UriValue): boolean {
  if (node.mode === 'exact') return value.value === node.value
  return node.mode === 'below' ? isBelow(value.value, node.value) : isBelow(node.value, value.value)
}

type Comparison = (searched: { low: number; high: number }, found: { low: number; high: number }) => boolean

const contained: Comparison = (searched, found) => searched.low <= found.low && found.high <= searched.high

/** Ranges with an exclusive high end. R4 search.html#prefix, search.html#date */
const DATE_COMPARISONS: Readonly<Record<Comparator, Comparison>> = {
  eq: contained,
  ne: (searched, found) => !contained(searched, found),
  gt: (searched, found) => found.high > searched.high,
  lt: (searched, found) => found.low < searched.low,
  ge: (searched, found) => found.high > searched.high || contained(searched, found),
  le: (searched, found) => found.low < searched.low || contained(searched, found),
  sa: (searched, found) => found.low >= searched.high,
  eb: (searched, found) => found.high <= searched.low,
  ap: (searched, found) => found.low < searched.high && found.high > searched.low,
}

const dateMatches = (node: DateNode, value: DateValue): boolean => DATE_COMPARISONS[node.comparator](node, value)

type NumberComparison = (
  node: { readonly value: number; readonly low: number; readonly high: number },
  found: { readonly low: number; readonly high: number },
) => boolean

const within: NumberComparison = (node, found) => node.low <= found.low && found.high < node.high

/** Only eq, ne and ap know of the implied precision. R4 search.html#number */
const NUMBER_COMPARISONS: Readonly<Record<Comparator, NumberComparison>> = {
  eq: within,
  ne: (node, found) => !within(node, found),
  gt: (node, found) => found.high > node.value,
  lt: (node, found) => found.low < node.value,
  ge: (node, found) => found.high >= node.value,
  le: (node, found) => found.low <= node.value,
  sa: (node, found) => found.low > node.value,
  eb: (node, found) => found.high < node.value,
  ap: (node, found) => found.low <= node.high && found.high >= node.low,
}

const numberMatches = (node: NumberNode, value: NumberValue): boolean =>
  NUMBER_COMPARISONS[node.comparator](node, value)

function quantityMatches(node: QuantityNode, value: QuantityValue): boolean {
  if (!NUMBER_COMPARISONS[node.comparator](node, value)) return false
  if (node.system !== undefined) {
    return node.system === value.system && (node.code === undefined || node.code === value.code)
  }
  return node.code === undefined || node.code === value.code || node.code === value.unit
}
