import { fault } from '../../fault.ts'
import type { JsonValue } from '../../resource/content.ts'
import { parseJson } from '../../resource/json.ts'
import type { ArgumentDefinition, FieldDefinition, Model } from '../model/type-model.ts'
import type { ArgumentValues } from '../plan/argument-values.ts'
import { coerceContent } from './coerce-variables.ts'

/**
 * Arguments as AppSync passes them, which it has checked against the schema: unset variables are null, JSON is parsed
 * or text. @throws Fault where one is unknown or missing.
 */
export function coerceArguments(
  model: Model,
  definition: FieldDefinition,
  given: Readonly<Record<string, unknown>>,
): ArgumentValues {
  const values = new Map<string, JsonValue>()
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined) continue
    const argument = definition.arguments.get(name)
    if (!argument) throw fault('invalid', `Unknown argument "${name}" on field "${definition.name}".`)
    values.set(name, coerce(model, argument, value as JsonValue))
  }
  for (const [name, { required }] of definition.arguments) {
    if (required && !values.has(name)) {
      throw fault('invalid', `The required argument "${name}" of field "${definition.name}" has no value`)
    }
  }
  return values
}

function coerce(model: Model, argument: ArgumentDefinition, value: JsonValue): JsonValue {
  const type = model.input(argument.name)
  if (type?.kind === 'scalar' && type.scalar !== 'AWSJSON') return value
  // An SDL may take resources as AWSJSON.
  const content = typeof value === 'string' ? parseJson(value) : value
  return type?.kind === 'input' ? coerceContent(model, content, type) : content
}
