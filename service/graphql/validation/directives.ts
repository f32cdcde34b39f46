import type { DirectiveNode } from 'graphql/language/index.js'
import type { ArgumentDefinition } from '../model/type-model.ts'
import { checkArguments } from './arguments.ts'
import type { Usage, Validation } from './validation.ts'

export type DirectiveLocation =
  | 'QUERY'
  | 'MUTATION'
  | 'SUBSCRIPTION'
  | 'FIELD'
  | 'FRAGMENT_DEFINITION'
  | 'FRAGMENT_SPREAD'
  | 'INLINE_FRAGMENT'
  | 'VARIABLE_DEFINITION'

interface DirectiveDefinition {
  readonly locations: ReadonlySet<DirectiveLocation>
  readonly arguments: ReadonlyMap<string, ArgumentDefinition>
}

const condition = new Map([['if', { name: 'Boolean', list: false, required: true }]])
const anySelection = new Set<DirectiveLocation>(['FIELD', 'FRAGMENT_SPREAD', 'INLINE_FRAGMENT'])
const field = new Set<DirectiveLocation>(['FIELD'])
const path = new Map([['path', { name: 'String', list: false, required: true, lenient: true } as const]])

/** GraphQL's own, and those of R4 graphql.html#flattening. */
const DIRECTIVES: ReadonlyMap<string, DirectiveDefinition> = new Map([
  ['skip', { locations: anySelection, arguments: condition }],
  ['include', { locations: anySelection, arguments: condition }],
  ['flatten', { locations: field, arguments: new Map() }],
  ['first', { locations: field, arguments: new Map() }],
  ['singleton', { locations: field, arguments: new Map() }],
  ['slice', { locations: field, arguments: path }],
])

/** GraphQL 5.7 */
export function checkDirectives(
  validation: Validation,
  directives: readonly DirectiveNode[] | undefined,
  location: DirectiveLocation,
  usage: Usage,
): void {
  if (!directives || directives.length === 0) return
  const { report } = validation
  const known: DirectiveNode[] = []
  for (const node of directives) {
    const name = node.name.value
    const definition = DIRECTIVES.get(name)
    if (!definition) {
      report(`Unknown directive "@${name}".`, [node])
      checkArguments(validation, node, undefined, `directive "@${name}"`, usage)
      continue
    }
    known.push(node)
    if (!definition.locations.has(location)) report(`Directive "@${name}" may not be used on ${location}.`, [node])
    checkArguments(validation, node, definition.arguments, `directive "@${name}"`, usage)
  }
  for (const [index, node] of known.entries()) {
    const before = known.findIndex(({ name }) => name.value === node.name.value)
    if (before === index || !known[before]) continue
    report(`The directive "@${node.name.value}" can only be used once at this location.`, [known[before], node])
  }
}
