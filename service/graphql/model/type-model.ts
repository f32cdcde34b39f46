/**
 * The GraphQL types as the executor sees them: each looked up in the element tables when a document names it, so that
 * no process pays for a schema of 146 types. codegen/emit-graphql.ts writes the same types as SDL; a test compares the
 * two.
 */
import type { PropertyDefinition } from '../../definitions.ts'

export interface Model {
  /** Root object of an operation; undefined where there is no such operation here. */
  root(operation: 'query' | 'mutation' | 'subscription'): ObjectType | undefined
  /** An object type or the union; undefined for scalars, inputs and unknown names. */
  composite(name: string): CompositeType | undefined
  /** What variables and arguments may be of; undefined for unknown names and for output types. */
  input(name: string): InputType | undefined
  /** Whether any type, of input or output, has this name. */
  isType(name: string): boolean
}

export type CompositeType = ObjectType | UnionType

export interface ObjectType {
  readonly kind: 'object'
  readonly name: string
  /** FHIR type or component path; undefined for roots, connections and edges. */
  readonly path: string | undefined
  /** Whether it is one of the resource types: a member of the union. */
  readonly resource: boolean
  field(name: string): FieldDefinition | undefined
  /** Every field that a copy of a value may hold without reading other resources. */
  readonly plainFields: readonly FieldDefinition[]
  /** Of all of its fields but those that GraphQL itself has. */
  fieldNames(): readonly string[]
}

/** `Resource`: any resource type. */
export interface UnionType {
  readonly kind: 'union'
  readonly name: 'Resource'
  /** A field that is the same in all types that have it. R4 graphql.html#references: `resource { active }` */
  field(name: string): FieldDefinition | undefined
  /**
   * The only type that the value can have, where the document says so: fields of it may be selected without a fragment.
   * R4 graphql.html#references: `resource(type: Patient) { birthDate }`
   */
  readonly narrowed?: ObjectType
}

export interface FieldDefinition {
  readonly name: string
  /** Name of a scalar or of a composite type. */
  readonly type: string
  readonly leaf: boolean
  readonly list: boolean
  readonly arguments: ReadonlyMap<string, ArgumentDefinition>
  readonly access: FieldAccess
}

/** Where a field's value comes from. */
export type FieldAccess =
  | { readonly kind: 'property'; readonly property: PropertyDefinition }
  /** `_birthDate`: what a primitive has besides its value. */
  | { readonly kind: 'primitive-extension'; readonly property: PropertyDefinition }
  | { readonly kind: 'resource-type' }
  | { readonly kind: 'type-name' }
  /** A property of an object that the executor itself made: connections and edges. */
  | { readonly kind: 'member' }
  /** Reference.resource */
  | { readonly kind: 'reference' }
  | { readonly kind: 'reverse'; readonly form: SearchForm; readonly source: string; readonly target: string }
  | { readonly kind: 'read'; readonly resourceType: string }
  | { readonly kind: 'search'; readonly form: SearchForm; readonly resourceType: string }
  | { readonly kind: 'create' | 'update' | 'patch' | 'delete'; readonly resourceType: string }
  | { readonly kind: 'transaction' }

export type SearchForm = 'list' | 'connection'

export interface TypeReference {
  readonly name: string
  readonly list: boolean
  readonly required: boolean
}

export interface ArgumentDefinition extends TypeReference {
  /**
   * Takes every scalar literal as text (`active: true`, `use: official`, `probability: 0.5`), and variables of every
   * scalar type, as HL7's page writes them; a variable that is no list fits a list, too.
   */
  readonly lenient?: true
}

export type InputType = ScalarInput | InputObject

export interface ScalarInput {
  readonly kind: 'scalar'
  readonly name: string
  readonly scalar: ScalarName
}

export type ScalarName = 'String' | 'ID' | 'Int' | 'Float' | 'Boolean' | 'AWSJSON'

export interface InputObject {
  readonly kind: 'input'
  readonly name: string
  field(name: string): TypeReference | undefined
}
