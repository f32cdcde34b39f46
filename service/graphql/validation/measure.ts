import { Kind, type SelectionSetNode } from 'graphql/language/index.js'
import type { Validation } from './validation.ts'

export interface Extent {
  /** Fields inside of each other. */
  readonly depth: number
  /** Fields with every fragment spread out. */
  readonly fields: number
}

/** How large a document is, in time that grows with its text: each fragment is measured once, a cycle as nothing. */
export function measure({ fragments }: Pick<Validation, 'fragments'>, selectionSet: SelectionSetNode): Extent {
  const known = new Map<SelectionSetNode, Extent>()

  const extentOf = (node: SelectionSetNode): Extent => {
    const before = known.get(node)
    if (before) return before
    known.set(node, NOTHING)
    let depth = 0
    let fields = 0
    for (const selection of node.selections) {
      const isField = selection.kind === Kind.FIELD
      const below =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? fragments.get(selection.name.value)?.selectionSet
          : selection.selectionSet
      const extent = below ? extentOf(below) : NOTHING
      depth = Math.max(depth, extent.depth + (isField ? 1 : 0))
      fields += extent.fields + (isField ? 1 : 0)
    }
    const extent = { depth, fields }
    known.set(node, extent)
    return extent
  }

  return extentOf(selectionSet)
}

const NOTHING: Extent = { depth: 0, fields: 0 }
