import type { Node } from './ast.ts'

/** Whether the node looks at other resources than the one it is about. */
export function hasJoin(node: Node): boolean {
  switch (node.kind) {
    case 'chain':
    case 'has':
      return true
    case 'and':
    case 'or':
      return node.nodes.some(hasJoin)
    case 'not':
      return hasJoin(node.node)
    default:
      return false
  }
}
