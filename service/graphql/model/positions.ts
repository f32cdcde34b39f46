import {
  type EnumValueNode,
  type FieldNode,
  Kind,
  type StringValueNode,
  type ValueNode,
} from 'graphql/language/index.js'
import type { CompositeType, FieldDefinition, Model } from './type-model.ts'

export const typenameField: FieldDefinition = {
  name: '__typename',
  type: 'String',
  leaf: true,
  list: false,
  arguments: new Map(),
  access: { kind: 'type-name' },
}

/** A field of a position in a document. */
export function fieldOf(parent: CompositeType, name: string): FieldDefinition | undefined {
  if (parent.kind === 'object') return parent.field(name)
  return name === '__typename' ? typenameField : (parent.narrowed ?? parent).field(name)
}

/** The type of what a field gives, as far as the document says it. */
export function compositeOfField(model: Model, field: FieldDefinition, node: FieldNode): CompositeType | undefined {
  const type = model.composite(field.type)
  if (field.access.kind !== 'reference' || type?.kind !== 'union') return type
  const literal = node.arguments?.find(argument => argument.name.value === 'type')?.value
  if (!literal || !isTypeLiteral(literal)) return type
  const narrowed = model.composite(literal.value)
  return narrowed?.kind === 'object' && narrowed.resource ? { ...type, narrowed } : type
}

/** Whether a type is named in the document itself: `type: Patient`. */
export const isTypeLiteral = (value: ValueNode): value is EnumValueNode | StringValueNode =>
  value.kind === Kind.ENUM || value.kind === Kind.STRING

/** GraphQL 5.5.2.3: whether a value of the one type can be of the other. */
export function mayBe(parent: CompositeType, type: CompositeType): boolean {
  if (parent.kind === 'object') return parent.name === type.name || (type.kind === 'union' && parent.resource)
  return type.kind === 'union' || type.resource
}
