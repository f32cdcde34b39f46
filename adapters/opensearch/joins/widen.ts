import type { Node } from '#service/search/ast.ts'
import type { JoinNode } from '../query/compile.ts'

/** The joins of a query, without those of the queries behind them. */
export function joinsOf(node: Node): readonly JoinNode[] {
  switch (node.kind) {
    case 'chain':
    case 'has':
      return [node]
    case 'and':
    case 'or':
      return node.nodes.flatMap(joinsOf)
    case 'not':
      return joinsOf(node.node)
    default:
      return NO_JOINS
  }
}

const NO_JOINS: readonly JoinNode[] = []

/** A node that holds wherever this one does, whatever these joins say: they are taken for what lets more through. */
export function widened(node: Node, open: ReadonlySet<JoinNode>, affirmed = true): Node {
  switch (node.kind) {
    case 'chain':
    case 'has':
      if (!open.has(node)) return node
      return affirmed ? { kind: 'everything' } : { kind: 'nothing' }
    case 'and':
    case 'or':
      return { ...node, nodes: node.nodes.map(child => widened(child, open, affirmed)) }
    case 'not':
      return { ...node, node: widened(node.node, open, !affirmed) }
    default:
      return node
  }
}
