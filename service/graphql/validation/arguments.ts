import type { DirectiveNode, FieldNode, ValueNode } from 'graphql/language/index.js'
import { Kind } from 'graphql/language/index.js'
import type { ArgumentDefinition } from '../model/type-model.ts'
import { checkLiteral } from '../values/check-literal.ts'
import { shapeOfReference, writeShape } from '../values/input-shape.ts'
import { checkUnique } from './definitions.ts'
import { suggestion } from './suggestion.ts'
import type { Usage, Validation } from './validation.ts'

/**
 * GraphQL 5.4 and 5.6: names, values and what is required. taken is undefined where the field or directive is unknown;
 * owner names it in messages: `field "Query.Patient"`, `directive "@skip"`.
 */
export function checkArguments(
  validation: Validation,
  node: FieldNode | DirectiveNode,
  taken: ReadonlyMap<string, ArgumentDefinition> | undefined,
  owner: string,
  usage: Usage,
): void {
  const { model, report } = validation
  const useVariable: Parameters<typeof checkLiteral>[0]['useVariable'] = (variable, expected) =>
    usage.variables.push({ node: variable, expected })
  const given = node.arguments ?? []
  checkUnique(given, name => `There can be only one argument named "${name}".`, report)
  for (const argument of given) {
    const definition = taken?.get(argument.name.value)
    if (definition) {
      checkLiteral({ model, report, useVariable }, argument.value, shapeOfReference(definition))
      continue
    }
    const { value: name } = argument.name
    if (taken) report(`Unknown argument "${name}" on ${owner}.${suggestion(name, taken.keys())}`, [argument])
    collectVariables(argument.value, usage)
  }
  for (const [name, definition] of taken ?? []) {
    if (!definition.required || given.some(argument => argument.name.value === name)) continue
    const type = writeShape(shapeOfReference(definition))
    const of = node.kind === Kind.FIELD ? `Field "${node.name.value}"` : `Directive "@${node.name.value}"`
    report(`${of} argument "${name}" of type "${type}" is required, but it was not provided.`, [node])
  }
}

/** What an unknown place uses is used all the same. */
function collectVariables(value: ValueNode, usage: Usage): void {
  if (value.kind === Kind.VARIABLE) usage.variables.push({ node: value, expected: undefined })
  if (value.kind === Kind.LIST) for (const item of value.values) collectVariables(item, usage)
  if (value.kind === Kind.OBJECT) for (const field of value.fields) collectVariables(field.value, usage)
}
