/** Random documents over the generated SDL, mostly about what the corpus of tests holds. */
import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isUnionType,
} from 'graphql'
import { reverseParameters } from './naive-graphql.ts'

/** Fields that are worth more than the thousand others. */
const TELLING: Readonly<Record<string, string>> = {
  Query: 'Patient PatientList PatientConnection Observation ObservationList ConditionList Bundle Organization',
  Patient:
    'id resourceType active gender name birthDate _birthDate managingOrganization generalPractitioner contained ' +
    'identifier ConditionList ObservationList ConditionConnection extension',
  HumanName: 'use family given _given text',
  Observation: 'id status code subject performer valueQuantity valueString',
  Condition: 'id code subject asserter',
  Practitioner: 'id name ObservationList PatientList',
  Organization: 'id name PatientList',
  Reference: 'reference display resource type identifier',
  Element: 'id extension',
  Extension: 'url valueDateTime extension',
  Bundle: 'type entry',
  BundleEntry: 'fullUrl resource',
  CodeableConcept: 'text coding',
  Quantity: 'value unit',
}

const MEMBERS = ['Patient', 'Practitioner', 'Organization', 'Observation', 'Group']
const IDS = ['anna', 'olaf', 'adam', 'acme', 'weight', 'height', 'cough', 'letter', 'nobody']
const DEPTH_MAX = 7

/** A number from 0 to below the bound. */
export type Draw = (bound: number) => number

/** Numbers that a seed determines (Mulberry32). */
export function drawFrom(seed: number): Draw {
  let state = seed | 0
  return bound => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound
  }
}

export interface RandomDocument {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

/** A document that may be invalid where aliases meet. */
export function randomDocument(schema: GraphQLSchema, draw: Draw): RandomDocument {
  const query = schema.getQueryType()
  if (!query) throw new Error('The schema has a query type')
  const writer: Writer = { schema, draw, fragments: [], aliases: 0 }
  const selection = selectionOf(writer, query, 0)
  const text = `query Q(${VARIABLES}) ${selection}`
  const used = [text, ...writer.fragments].join('\n')
  const given = { yes: true, ids: ['anna', 'weight', 'olaf'], sort: pick(writer, '_id', '-_id') }
  return {
    query: used.replace('{', `{ ${USES}`),
    variables: {
      ...given,
      ...maybe(writer, 'no', false),
      ...maybe(writer, 'id', 'olaf'),
      ...maybe(writer, 'reference', 'subject'),
    },
  }
}

/** Where a default makes a variable good for what must not be null, null is an error only where it is used. */
const VARIABLES =
  '$yes: Boolean!, $no: Boolean = false, $id: ID = "anna", $reference: String = "patient", ' +
  '$ids: [String], $sort: String'

/** Variables that nothing uses would be an error. */
const USES =
  '_v: PatientList(_id: $ids, _sort: $sort, _count: 0) { id @include(if: $yes) @skip(if: $no) } ' +
  '_w: Patient(id: $id) { ConditionList(_reference: $reference) { id } }'

/** Most often left to its default. */
const maybe = (writer: Writer, name: string, value: unknown): Readonly<Record<string, unknown>> =>
  chance(writer, 70) ? {} : { [name]: pick(writer, value, null) }

interface Writer {
  readonly schema: GraphQLSchema
  readonly draw: Draw
  readonly fragments: string[]
  aliases: number
}

function pick<T>({ draw }: Writer, ...items: readonly T[]): T {
  return items[draw(items.length)] as T
}

const chance = ({ draw }: Writer, percent: number): boolean => draw(100) < percent

function selectionOf(writer: Writer, type: GraphQLCompositeType, depth: number): string {
  const count = 1 + writer.draw(4)
  const parts = Array.from({ length: count }, () => partOf(writer, type, depth))
  return `{ ${parts.join(' ')} }`
}

function partOf(writer: Writer, type: GraphQLCompositeType, depth: number): string {
  if (type.name !== 'Query' && chance(writer, 8)) return '__typename'
  if (isUnionType(type)) {
    const member = writer.schema.getType(pick(writer, ...MEMBERS)) as GraphQLObjectType
    return fragment(writer, member, depth)
  }
  if (type.name !== 'Query' && chance(writer, 15)) return fragment(writer, type, depth)
  return fieldText(writer, type as GraphQLObjectType, depth)
}

function fragment(writer: Writer, type: GraphQLCompositeType, depth: number): string {
  const selection = selectionOf(writer, type, depth + 1)
  if (chance(writer, 50)) return `... on ${type.name}${condition(writer)} ${selection}`
  const name = `F${writer.fragments.length}`
  writer.fragments.push(`fragment ${name} on ${type.name} ${selection}`)
  return `...${name}${condition(writer)}`
}

const condition = (writer: Writer): string =>
  chance(writer, 12)
    ? pick(writer, ' @include(if: $yes)', ' @skip(if: $no)', ' @include(if: $no)', ' @skip(if: true)')
    : ''

function fieldText(writer: Writer, type: GraphQLObjectType, depth: number): string {
  const field = pickField(writer, type, depth)
  if (!field) return '__typename'
  const name = field.name
  const given = argumentsOf(writer, field)
  const alias = aliasOf(writer, field, given)
  const named = getNamedType(field.type)
  const below = isCompositeType(named) ? ` ${selectionOf(writer, named, depth + 1)}` : ''
  return `${alias}${name}${given}${condition(writer)}${below}`
}

/** Lists with different arguments seldom go together under one name: most get one of their own. */
function aliasOf(writer: Writer, { name, args }: GraphQLField<unknown, unknown>, given: string): string {
  if (given !== '' && args.some(argument => argument.name === '_offset') && chance(writer, 90)) {
    writer.aliases += 1
    return `n${writer.aliases}: `
  }
  return chance(writer, 35) ? `${pick(writer, 'a', 'b', 'c')}${name}: ` : ''
}

function pickField(writer: Writer, type: GraphQLObjectType, depth: number): GraphQLField<unknown, unknown> | undefined {
  const fields = Object.values(type.getFields()).filter(field => isPickable(field, depth))
  const telling = (TELLING[type.name] ?? '').split(' ')
  const known = fields.filter(({ name }) => telling.includes(name))
  const from = known.length > 0 && (type.name === 'Query' || chance(writer, 85)) ? known : fields
  return from.length > 0 ? pick(writer, ...from) : undefined
}

/** Cursors differ from world to world; what is deep must end; only some reverse fields are known to the naive world. */
function isPickable({ name, type, args }: GraphQLField<unknown, unknown>, depth: number): boolean {
  if (['first', 'previous', 'next', 'last', 'meta'].includes(name)) return false
  if (
    args.some(argument => argument.name === '_reference') &&
    !(name.replace(/List$|Connection$/, '') in reverseParameters)
  ) {
    return false
  }
  return depth < DEPTH_MAX || !isCompositeType(getNamedType(type))
}

function argumentsOf(writer: Writer, field: GraphQLField<unknown, unknown>): string {
  const names = new Set(field.args.map(({ name }) => name))
  const given: string[] = []
  if (names.has('id')) given.push(`id: ${chance(writer, 85) ? `"${pick(writer, ...IDS)}"` : '$id'}`)
  if (names.has('_reference')) {
    const codes = Object.keys(reverseParameters[field.name.replace(/List$|Connection$/, '')] ?? {})
    given.push(`_reference: ${chance(writer, 85) ? `"${pick(writer, ...codes)}"` : '$reference'}`)
  }
  if (names.has('_sort')) given.push(`_sort: ${pick(writer, '"_id"', '"-_id"', '$sort')}`)
  if (names.has('_id') && chance(writer, 40)) given.push(`_id: ${pick(writer, '$ids', '["anna"]', '"olaf"')}`)
  if (names.has('_offset')) given.push(...listArguments(writer, names))
  else if (names.has('_count') && chance(writer, 40)) given.push(`_count: ${1 + writer.draw(3)}`)
  if (names.has('optional') && chance(writer, 70)) given.push(`optional: ${pick(writer, 'true', '$yes', '$no')}`)
  if (names.has('type') && names.has('optional') && chance(writer, 20))
    given.push(`type: "${pick(writer, ...MEMBERS)}"`)
  return given.length > 0 ? `(${given.join(', ')})` : ''
}

function listArguments(writer: Writer, names: ReadonlySet<string>): readonly string[] {
  const values = { use: '"official"', family: '"Windsor"', system: '"urn:oid:1.2"', url: '"http://example.org/time"' }
  const filters = Object.entries(values).filter(([name]) => names.has(name) && chance(writer, 25))
  return [
    ...filters.map(([name, value]) => `${name}: ${value}`),
    ...(chance(writer, 20) ? [`_offset: ${writer.draw(3)}`] : []),
    ...(chance(writer, 20) ? [`_count: ${writer.draw(3)}`] : []),
  ]
}
