import { BREAK, type DocumentNode, visit } from 'graphql/language/index.js'

/** Nodes of the syntax tree inside of each other: a field with its selection is two, an item of a list is one. */
const NESTING_MAX = 300

/**
 * Whether what reads the document may not recurse into it. The depth of fields has a limit of its own; this one is
 * about fragments without fields, lists and types, and is found without recursion.
 */
export function isNestedTooDeep(document: DocumentNode): boolean {
  let depth = 0
  let tooDeep = false
  visit(document, {
    enter() {
      depth += 1
      tooDeep ||= depth > NESTING_MAX
      return tooDeep ? BREAK : undefined
    },
    leave() {
      depth -= 1
    },
  })
  return tooDeep
}
