/** Rewrites queries to what the caller may see: the only maker of ScopedQuery. */
import type { Call } from '../call.ts'
import type { Node, Query, ScopedQuery } from '../search/ast.ts'
import { containedType, containerParameters, inContained } from '../search/contained.ts'
import type { AccessPolicy } from './policy.ts'

/**
 * The query with the policy's predicate at its root and at the query of every chain and reverse chain below it. A join
 * through a resource that is hidden from the caller thus finds nothing, also below a negation.
 */
export function scope(call: Call, policy: AccessPolicy, query: Query): ScopedQuery {
  return scopeQuery(type => policy.visible(call, type), query) as ScopedQuery
}

/**
 * The query of what is contained in resources that the caller may see, in the types named. The policy's predicate on
 * the query's own type is held as well.
 */
export function scopeContained(
  call: Call,
  policy: AccessPolicy,
  containerTypes: readonly string[],
  query: Query,
): ScopedQuery {
  const { type, where } = inContained(scope(call, policy, query))
  const within = withinVisible(query.type, containerTypes, container => policy.visible(call, container))
  return { type, where: conjunction(within, where) } as ScopedQuery
}

/**
 * Contained resources have the compartments and labels of their containers, so that what a predicate says of those is
 * told from them; what it says of anything else is asked of the containers.
 */
function withinVisible(type: string, containerTypes: readonly string[], visible: Visible): Node {
  const { container, containerType } = containerParameters(type)
  const told = new Map<string, { readonly where: Node; readonly types: string[] }>()
  const asked: Node[] = []
  for (const one of containerTypes) {
    const predicate = visible(one)
    const where = ofLabels(type, predicate)
    if (!where) asked.push({ kind: 'chain', parameter: container, query: { type: one, where: predicate } })
    else {
      const name = JSON.stringify(where)
      const known = told.get(name) ?? { where, types: [] }
      known.types.push(one)
      told.set(name, known)
    }
  }
  const ways = [...told.values()].map(({ where, types }): Node => {
    if (types.length === containerTypes.length) return where
    const tokens = types.map(code => ({ system: '', code }))
    return conjunction({ kind: 'tokens', parameter: containerType, tokens }, where)
  })
  return { kind: 'or', nodes: [...ways, ...asked] }
}

/** A predicate on containers as one on what they contain; undefined where it says more than of those two. */
function ofLabels(type: string, node: Node): Node | undefined {
  switch (node.kind) {
    case 'everything':
    case 'nothing':
    case 'compartment':
      return node
    case 'and':
    case 'or': {
      const nodes = node.nodes.map(child => ofLabels(type, child)).filter(child => child !== undefined)
      return nodes.length === node.nodes.length ? { kind: node.kind, nodes } : undefined
    }
    case 'not': {
      const child = ofLabels(type, node.node)
      return child && { kind: 'not', node: child }
    }
    case 'token':
    case 'tokens':
    case 'missing':
      if (node.parameter.code !== '_security') return undefined
      return { ...node, parameter: { ...node.parameter, resourceType: containedType(type) } }
    default:
      return undefined
  }
}

/** Of everything of a type, whoever may see it: for those who index. */
export const everythingOf = (type: string): ScopedQuery => ({ type, where: { kind: 'everything' } }) as ScopedQuery

type Visible = (type: string) => Node

function scopeQuery(visible: Visible, query: Query): Query {
  const where = conjunction(visible(query.type), scopeNode(visible, query.where))
  return where === query.where ? query : { type: query.type, where }
}

/** Keeps the identity of what it doesn't change: engines may cache what they compiled. */
function scopeNode(visible: Visible, node: Node): Node {
  switch (node.kind) {
    case 'chain':
    case 'has': {
      const query = scopeQuery(visible, node.query)
      return query === node.query ? node : { ...node, query }
    }
    case 'and':
    case 'or': {
      const nodes = node.nodes.map(child => scopeNode(visible, child))
      return nodes.every((child, index) => child === node.nodes[index]) ? node : { kind: node.kind, nodes }
    }
    case 'not': {
      const child = scopeNode(visible, node.node)
      return child === node.node ? node : { kind: 'not', node: child }
    }
    default:
      return node
  }
}

function conjunction(access: Node, where: Node): Node {
  if (access.kind === 'everything') return where
  if (access.kind === 'nothing' || where.kind === 'nothing') return { kind: 'nothing' }
  if (where.kind === 'everything') return access
  return { kind: 'and', nodes: [access, ...(where.kind === 'and' ? where.nodes : [where])] }
}
