/** A search tree in the engine's query language. What each node means is said by service/search/evaluate.ts. */
import type {
  ChainNode,
  DateNode,
  HasNode,
  MissingNode,
  NearNode,
  Node,
  NodeKind,
  NumberNode,
  QuantityNode,
  ReferenceNode,
  StringNode,
  TokenNode,
  TokensNode,
  UriNode,
} from '#service/search/ast.ts'
import { basesOf } from '#service/search/uri-below.ts'
import { ID_URL, isColumn, parameterKey } from '../document/parameter-key.ts'
import { endingPattern, substringPattern } from '../document/substring-text.ts'
import {
  codeKeyword,
  keyword,
  linkKeyword,
  systemKeyword,
  targetKeyword,
  tokenKeyword,
  unitKeyword,
  wordKeyword,
} from '../document/terms.ts'
import { startKeyword, wholeKeyword } from '../document/text-blocks.ts'
import { ALL, allOf, anyOf, type Clause, NONE, nested, not, prefix, range, term, terms, wildcard } from './clause.ts'
import { compositeClause } from './composite-clause.ts'
import { assertShort, differsClause } from './differs-clause.ts'
import { amountRange, dateRange, type Ends } from './ranges.ts'

export type JoinNode = ChainNode | HasNode

export interface CompileContext {
  /** The resource type that is searched. */
  readonly type: string
  /** What a join has become: a condition on this resource alone. */
  joined(join: JoinNode): Clause
}

type Compiler<Kind extends NodeKind> = (node: Extract<Node, { readonly kind: Kind }>, context: CompileContext) => Clause

const COMPILERS: { readonly [Kind in NodeKind]: Compiler<Kind> } = {
  everything: () => ALL,
  nothing: () => NONE,
  and: ({ nodes }, context) => allOf(nodes.map(node => compileNode(node, context))),
  or: ({ nodes }, context) => anyOf(nodes.map(node => compileNode(node, context))),
  not: ({ node }, context) => not(compileNode(node, context)),
  id: ({ ids }) => terms('id', [...new Set(ids)]),
  compartment: ({ compartment }) => term('compartment', compartment.toWellFormed()),
  missing: missingClause,
  token: tokenClause,
  string: stringClause,
  reference: referenceClause,
  uri: uriClause,
  date: dateClause,
  number: numberClause,
  quantity: quantityClause,
  tokens: tokensClause,
  near: nearClause,
  composite: compositeClause,
  chain: (node, context) => context.joined(node),
  has: (node, context) => context.joined(node),
  differs: (node, { type }) => differsClause(node, type),
  words: ({ within, words }) => allOf(words.map(word => term('word', wordKeyword(within, word)))),
}

export const compileNode = (node: Node, context: CompileContext): Clause =>
  (COMPILERS[node.kind] as Compiler<NodeKind>)(node as never, context)

function missingClause({ parameter, missing }: MissingNode, { type }: CompileContext): Clause {
  if (isColumn(parameter)) return (parameter.resourceType === type) === missing ? NONE : ALL
  const present = term('present', parameterKey(parameter))
  return missing ? not(present) : present
}

function tokenClause({ parameter, system, code }: TokenNode, { type }: CompileContext): Clause {
  if (parameter.url === ID_URL) {
    // Ids are tokens without a system.
    if (parameter.resourceType !== type || (system !== undefined && system !== '')) return NONE
    return code === undefined ? ALL : term('id', code.toWellFormed())
  }
  const key = parameterKey(parameter)
  if (code === undefined) return system === undefined ? term('present', key) : term('token', systemKeyword(key, system))
  return term('token', system === undefined ? codeKeyword(key, code) : tokenKeyword(key, system, code))
}

function tokensClause({ parameter, tokens }: TokensNode, { type }: CompileContext): Clause {
  if (parameter.url === ID_URL) {
    const ids = tokens.flatMap(({ system, code }) => (system === '' ? code.toWellFormed() : []))
    return parameter.resourceType === type ? terms('id', [...new Set(ids)]) : NONE
  }
  const key = parameterKey(parameter)
  return terms('token', [...new Set(tokens.map(({ system, code }) => tokenKeyword(key, system, code)))])
}

/** A type has one parameter that is a position. */
function nearClause({ latitude, longitude, distanceMeters }: NearNode): Clause {
  return { geo_distance: { distance: `${distanceMeters.toFixed(3)}m`, position: { lat: latitude, lon: longitude } } }
}

function stringClause({ parameter, mode, value }: StringNode): Clause {
  const key = parameterKey(parameter)
  switch (mode) {
    case 'exact':
      return term('exact', keyword(key, 'e', value))
    case 'starts':
      return prefix('string', startKeyword(key, value))
    case 'equals':
      assertShort(value)
      return term('string', wholeKeyword(key, value))
    case 'ends':
      return wildcard('substring', endingPattern(key, value))
    case 'contains':
      return wildcard('substring', substringPattern(key, value))
  }
}

function referenceClause({ parameter, type, id, url, version }: ReferenceNode): Clause {
  const key = parameterKey(parameter)
  if (url !== undefined) return term('reference', targetKeyword(key, 'url', url, version))
  if (id === undefined) return NONE
  if (type === undefined) return term('reference', targetKeyword(key, 'id', id, version))
  return version === undefined
    ? term('link', linkKeyword(key, type, id))
    : term('reference', targetKeyword(key, 'link', `${type}/${id}`, version))
}

function uriClause({ parameter, mode, value }: UriNode): Clause {
  const key = parameterKey(parameter)
  switch (mode) {
    case 'exact':
      return term('uri', wholeKeyword(key, value))
    case 'above':
      return terms(
        'uri',
        basesOf(value).map(base => wholeKeyword(key, base)),
      )
    case 'below': {
      const below = prefix('uri', startKeyword(key, value.endsWith('/') ? value : `${value}/`))
      return value.endsWith('/') ? below : anyOf([term('uri', wholeKeyword(key, value)), below])
    }
  }
}

function dateClause(node: DateNode, { type }: CompileContext): Clause {
  const { parameter } = node
  if (isColumn(parameter)) return parameter.resourceType === type ? dateRange(node, LAST_UPDATED) : NONE
  return nested('date', allOf([term('date.key', parameterKey(parameter)), dateRange(node, endsIn('date'))]))
}

const endsIn = (path: 'date' | 'amount'): Ends => ({
  low: bounds => range(`${path}.low`, bounds),
  high: bounds => range(`${path}.high`, bounds),
})

/** The value of `_lastUpdated` is the millisecond from it to the next. */
const LAST_UPDATED: Ends = {
  low: bounds => range('lastUpdated', bounds),
  high: bounds =>
    range('lastUpdated', Object.fromEntries(Object.entries(bounds).map(([name, end]) => [name, end - 1]))),
}

function numberClause(node: NumberNode): Clause {
  return amountClause(node, ALL)
}

function quantityClause(node: QuantityNode): Clause {
  const { system, code } = node
  const anyUnit = system === undefined && code === undefined
  return amountClause(node, anyUnit ? ALL : term('amount.unit', unitKeyword(system, code)))
}

const amountClause = (node: NumberNode | QuantityNode, unit: Clause): Clause =>
  nested('amount', allOf([term('amount.key', parameterKey(node.parameter)), unit, amountRange(node, endsIn('amount'))]))
