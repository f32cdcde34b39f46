import { Kind, type ObjectValueNode, type ValueNode } from 'graphql/language/index.js'
import type { JsonObject, JsonValue } from '../../resource/content.ts'
import { parseJson } from '../../resource/json.ts'
import type { InputObject, Model } from '../model/type-model.ts'
import { type InputShape, shapeOfReference } from './input-shape.ts'

/** By name without '$'; a variable that was not given has no entry. */
export type VariableValues = ReadonlyMap<string, JsonValue>

/**
 * The JSON value of a literal that checkLiteral had nothing against, decimals exact; undefined for a variable that was
 * not given. A single value where a list is expected becomes one; properties that are null are left out.
 */
export function coerceLiteral(
  model: Model,
  node: ValueNode,
  expected: InputShape,
  variables: VariableValues,
): JsonValue | undefined {
  if (node.kind === Kind.VARIABLE) return variables.get(node.name.value)
  if (node.kind === Kind.NULL) return null
  if (expected.kind === 'list') {
    const items = node.kind === Kind.LIST ? node.values : [node]
    return items.map(item => coerceLiteral(model, item, expected.of, variables) ?? null)
  }
  const type = model.input(expected.name)
  if (type?.kind === 'input' && node.kind === Kind.OBJECT) return coerceObject(model, node, type, variables)
  if (type?.kind === 'scalar' && type.scalar === 'AWSJSON' && node.kind === Kind.STRING) return parseJson(node.value)
  return jsonOfLiteral(node, variables)
}

function coerceObject(model: Model, node: ObjectValueNode, type: InputObject, variables: VariableValues): JsonObject {
  const result: JsonObject = {}
  for (const { name, value } of node.fields) {
    const expected = type.field(name.value)
    const coerced = expected && coerceLiteral(model, value, shapeOfReference(expected), variables)
    if (coerced !== undefined && coerced !== null) result[name.value] = coerced
  }
  return result
}

/** A literal as it is, enum values as their names. */
export function jsonOfLiteral(node: ValueNode, variables: VariableValues): JsonValue {
  switch (node.kind) {
    case Kind.VARIABLE:
      return variables.get(node.name.value) ?? null
    case Kind.NULL:
      return null
    case Kind.INT:
    case Kind.FLOAT:
      // GraphQL's numbers are JSON's.
      return parseJson(node.value)
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value
    case Kind.LIST:
      return node.values.map(item => jsonOfLiteral(item, variables))
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, jsonOfLiteral(value, variables)]))
  }
}
