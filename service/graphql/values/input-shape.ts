import { Kind, type TypeNode } from 'graphql/language/index.js'
import { scalarNamed } from '../model/scalars.ts'
import type { ArgumentDefinition, TypeReference } from '../model/type-model.ts'

/** A type of an argument, an input field or a variable, lists and `!` included. */
export type InputShape = NamedShape | ListShape

export interface NamedShape {
  readonly kind: 'named'
  readonly name: string
  readonly required: boolean
  /** As ArgumentDefinition.lenient. */
  readonly lenient: boolean
}

export interface ListShape {
  readonly kind: 'list'
  readonly of: InputShape
  readonly required: boolean
}

export function shapeOfReference(reference: TypeReference | ArgumentDefinition): InputShape {
  const lenient = 'lenient' in reference && reference.lenient === true
  const { name, list, required } = reference
  if (!list) return { kind: 'named', name, required, lenient }
  return { kind: 'list', of: { kind: 'named', name, required: false, lenient }, required }
}

export function shapeOfNode(node: TypeNode, required = false): InputShape {
  switch (node.kind) {
    case Kind.NON_NULL_TYPE:
      return shapeOfNode(node.type, true)
    case Kind.LIST_TYPE:
      return { kind: 'list', of: shapeOfNode(node.type), required }
    case Kind.NAMED_TYPE:
      return { kind: 'named', name: node.name.value, required, lenient: false }
  }
}

export const nameOfShape = (shape: InputShape): string => (shape.kind === 'list' ? nameOfShape(shape.of) : shape.name)

/** `[String!]!` */
export function writeShape(shape: InputShape): string {
  const inner = shape.kind === 'list' ? `[${writeShape(shape.of)}]` : shape.name
  return shape.required ? `${inner}!` : inner
}

/** GraphQL 5.8.5: whether a variable of this type may stand where that type is expected. */
export function variableFits(variable: InputShape, hasDefault: boolean, expected: InputShape): boolean {
  if (expected.required && !variable.required && !hasDefault) return false
  return isLenient(expected) ? isScalarFor(variable, expected) : isSubtype(variable, { ...expected, required: false })
}

const isLenient = (shape: InputShape): boolean => (shape.kind === 'list' ? isLenient(shape.of) : shape.lenient)

function isScalarFor(variable: InputShape, expected: InputShape): boolean {
  if (variable.kind === 'list') return expected.kind === 'list' && isScalarFor(variable.of, expected.of)
  const scalar = scalarNamed(variable.name)
  return scalar !== undefined && scalar !== 'AWSJSON'
}

function isSubtype(shape: InputShape, expected: InputShape): boolean {
  if (expected.required && !shape.required) return false
  if (shape.kind === 'list' || expected.kind === 'list') {
    return shape.kind === 'list' && expected.kind === 'list' && isSubtype(shape.of, expected.of)
  }
  return shape.name === expected.name || isSameScalar(shape.name, expected.name)
}

function isSameScalar(name: string, expected: string): boolean {
  const scalar = scalarNamed(name)
  return scalar !== undefined && scalar === scalarNamed(expected)
}
