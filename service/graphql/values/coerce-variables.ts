import type { OperationDefinitionNode, VariableDefinitionNode } from 'graphql/language/index.js'
import { Fault } from '../../fault.ts'
import type { GraphqlError } from '../../fhir-service.ts'
import type { JsonValue } from '../../resource/content.ts'
import { isRawJson, numberOf, parseJson } from '../../resource/json.ts'
import { documentError } from '../graphql-errors.ts'
import type { InputObject, Model, ScalarName } from '../model/type-model.ts'
import { coerceLiteral, type VariableValues } from './coerce-literal.ts'
import { type InputShape, shapeOfNode, shapeOfReference, writeShape } from './input-shape.ts'

export type CoercedVariables =
  | { readonly values: VariableValues; readonly errors?: undefined }
  | { readonly errors: readonly GraphqlError[] }

/** GraphQL 6.1.2: the variables of a request as the operation declares them, defaults applied. */
export function coerceVariables(
  model: Model,
  operation: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
): CoercedVariables {
  const values = new Map<string, JsonValue>()
  const errors: GraphqlError[] = []
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value
    const shape = shapeOfNode(definition.type)
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    const problem = presenceProblem(definition, shape, value)
    if (problem !== undefined) {
      errors.push(documentError(problem, [definition]))
    } else if (value !== undefined) {
      const coerced = coerceWhole(model, value as JsonValue, shape)
      if (coerced instanceof Misfit) errors.push(documentError(misfitMessage(name, coerced), [definition]))
      else values.set(name, coerced)
    } else if (definition.defaultValue) {
      values.set(name, coerceLiteral(model, definition.defaultValue, shape, values) ?? null)
    }
  }
  return errors.length > 0 ? { errors } : { values }
}

function presenceProblem(definition: VariableDefinitionNode, shape: InputShape, value: unknown): string | undefined {
  const name = definition.variable.name.value
  if (!shape.required) return undefined
  if (value === undefined && !definition.defaultValue) {
    return `Variable "$${name}" of required type "${writeShape(shape)}" was not provided.`
  }
  return value === null ? `Variable "$${name}" of non-null type "${writeShape(shape)}" must not be null.` : undefined
}

/** Why a value is not of its type. A value, not thrown: variables come in lists. */
class Misfit {
  readonly problem: string
  readonly path: string

  constructor(problem: string, path = '') {
    this.problem = problem
    this.path = path
  }
}

const misfitMessage = (name: string, { problem, path }: Misfit): string =>
  `Variable "$${name}" got an invalid value${path === '' ? '' : ` at "${name}${path}"`}; ${problem}`

/** Text inside that should be JSON may be none. */
function coerceWhole(model: Model, value: JsonValue, shape: InputShape): JsonValue | Misfit {
  try {
    return coerceVariable(model, value, shape)
  } catch (thrown) {
    if (Fault.is(thrown)) return new Misfit(thrown.message)
    throw thrown
  }
}

function coerceVariable(model: Model, value: JsonValue, shape: InputShape): JsonValue | Misfit {
  if (value === null)
    return shape.required ? new Misfit(`Expected non-nullable type "${writeShape(shape)}" not to be null.`) : null
  if (shape.kind === 'list') {
    const items: JsonValue[] = []
    for (const [index, item] of (Array.isArray(value) ? value : [value]).entries()) {
      const coerced = coerceVariable(model, item, shape.of)
      if (coerced instanceof Misfit) return new Misfit(coerced.problem, `[${index}]${coerced.path}`)
      items.push(coerced)
    }
    return items
  }
  const type = model.input(shape.name)
  return type?.kind === 'scalar' ? coerceScalar(type.scalar, value) : coerceContent(model, value, type)
}

/**
 * Content of a resource: lists where the type has them, nulls left out. What else may be wrong with it is found when
 * the resource is validated, every issue at once and with its FHIRPath.
 */
export function coerceContent(model: Model, value: JsonValue, type: InputObject | undefined): JsonValue {
  if (!type || typeof value !== 'object' || value === null || Array.isArray(value) || isRawJson(value)) return value
  const members: [string, JsonValue][] = []
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined || member === null) continue
    const expected = type.field(name)
    members.push([name, expected ? coerceMember(model, member, shapeOfReference(expected)) : member])
  }
  return Object.fromEntries(members)
}

function coerceMember(model: Model, value: JsonValue, shape: InputShape): JsonValue {
  if (shape.kind === 'list') {
    const items = Array.isArray(value) ? value : [value]
    return items.map(item => (item === null ? null : coerceMember(model, item, shape.of)))
  }
  const type = model.input(shape.name)
  if (type?.kind === 'input') return coerceContent(model, value, type)
  return type?.scalar === 'AWSJSON' ? contentOfJson(value) : value
}

/** AWSJSON travels as text, but needs not. */
const contentOfJson = (value: JsonValue): JsonValue => (typeof value === 'string' ? parseJson(value) : value)

function coerceScalar(scalar: ScalarName, value: JsonValue): JsonValue | Misfit {
  switch (scalar) {
    case 'String':
      return typeof value === 'string'
        ? value
        : new Misfit(`String cannot represent a non string value: ${show(value)}`)
    case 'Boolean':
      return typeof value === 'boolean'
        ? value
        : new Misfit(`Boolean cannot represent a non boolean value: ${show(value)}`)
    case 'Float':
      return numberOf(value) === undefined
        ? new Misfit(`Float cannot represent non numeric value: ${show(value)}`)
        : value
    case 'ID':
      if (typeof value === 'string') return value
      return Number.isSafeInteger(value) ? String(value) : new Misfit(`ID cannot represent value: ${show(value)}`)
    case 'Int': {
      const number = numberOf(value)
      if (number !== undefined && (number | 0) === number) return number
      return new Misfit(`Int cannot represent non-integer value: ${show(value)}`)
    }
    case 'AWSJSON':
      return contentOfJson(value)
  }
}

/** Refused values are shown where they are short: never a resource. */
function show(value: JsonValue): string {
  if (Array.isArray(value)) return '[...]'
  if (isRawJson(value)) return value.rawJSON
  return typeof value === 'object' && value !== null ? '{...}' : JSON.stringify(value)
}
