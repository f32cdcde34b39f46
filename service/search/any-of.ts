import type { Node } from './ast.ts'

/** Holds where one of these does: the one itself, where there is no other. */
export function anyOf(nodes: readonly Node[]): Node {
  const [only] = nodes
  return only && nodes.length === 1 ? only : { kind: 'or', nodes }
}
