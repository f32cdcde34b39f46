/** Rewrites queries to what the caller may see: the only maker of ScopedQuery. */
import type { Call } from '../call.ts'
import type { Node, Query, ScopedQuery } from '../search/ast.ts'
import type { AccessPolicy } from './policy.ts'

/**
 * The query with the policy's predicate at its root and at the query of every chain and reverse chain below it. A join
 * through a resource that is hidden from the caller thus finds nothing, also below a negation.
 */
export function scope(call: Call, policy: AccessPolicy, query: Query): ScopedQuery {
  return scopeQuery(type => policy.visible(call, type), query) as ScopedQuery
}

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
