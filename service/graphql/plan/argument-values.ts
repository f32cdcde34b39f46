import type { FieldNode } from 'graphql/language/index.js'
import { fault } from '../../fault.ts'
import type { JsonValue } from '../../resource/content.ts'
import { DocumentRefusal, documentError } from '../graphql-errors.ts'
import type { FieldDefinition, Model } from '../model/type-model.ts'
import { coerceLiteral, type VariableValues } from '../values/coerce-literal.ts'
import { shapeOfReference, writeShape } from '../values/input-shape.ts'

/** Arguments that were given a value; null is as if they were absent: AppSync passes unset variables so. */
export type ArgumentValues = ReadonlyMap<string, JsonValue>

const NONE: ArgumentValues = new Map()

/**
 * In the order of the document. GraphQL 6.4.1. @throws Fault where one is unknown; DocumentRefusal where a required one
 * is null, as a variable may be that has a default but was given null.
 */
export function argumentValues(
  model: Model,
  field: FieldDefinition,
  node: FieldNode,
  variables: VariableValues,
): ArgumentValues {
  if (!node.arguments || node.arguments.length === 0) return NONE
  const values = new Map<string, JsonValue>()
  for (const argument of node.arguments) {
    const name = argument.name.value
    const definition = field.arguments.get(name)
    if (!definition) throw fault('invalid', `Unknown argument "${name}" on field "${field.name}".`)
    const value = coerceLiteral(model, argument.value, shapeOfReference(definition), variables)
    if (value !== undefined && value !== null) values.set(name, value)
    else if (definition.required) {
      const type = writeShape(shapeOfReference(definition))
      const message = `Argument "${name}" of non-null type "${type}" must not be null.`
      throw new DocumentRefusal([documentError(message, [argument.value])])
    }
  }
  return values
}

/** A lone value counts as a list of one; elements that are null say nothing. */
export const listOf = (value: JsonValue): readonly JsonValue[] =>
  (Array.isArray(value) ? value : [value]).filter(item => item !== null)
