/** One value of a search parameter, after the commas are split. */
import type { Node } from './ast.ts'
import { parseComposite } from './parse-composite.ts'
import { parseNear } from './parse-near.ts'
import { parseSimpleValue, type ValueContext } from './parse-simple-value.ts'

/** A node, or in words what was expected in place of the value. `text` still has its escapes and is not empty. */
export function parseValue(text: string, context: ValueContext): Node | string {
  switch (context.parameter.kind) {
    case 'composite':
      return parseComposite(text, context)
    case 'special':
      return parseNear(text, context)
    default:
      return parseSimpleValue(text, context)
  }
}
