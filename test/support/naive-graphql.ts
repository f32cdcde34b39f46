/**
 * What GraphQL over FHIR means, written down as plainly as possible: graphql-js over the generated SDL, one resolver a
 * field, nothing batched. The executor is compared with it.
 */
import { makeExecutableSchema } from '@graphql-tools/schema'
import { GraphQLObjectType, type GraphQLResolveInfo, type GraphQLSchema } from 'graphql'
import type { JsonObject, JsonValue } from '#service/resource/content.ts'
import { generatedSdl } from './generated-schema.ts'

type Source = JsonObject
type Arguments = Readonly<Record<string, unknown>>

/** Reference parameters of the corpus: source type, code, the element, and the types that it may point to. */
const REVERSE: Readonly<Record<string, Readonly<Record<string, readonly [element: string, targets: string]>>>> = {
  Condition: {
    patient: ['subject', 'Patient'],
    subject: ['subject', 'Group Patient'],
    asserter: ['asserter', 'Patient Practitioner PractitionerRole RelatedPerson'],
  },
  Observation: {
    patient: ['subject', 'Patient'],
    subject: ['subject', 'Device Group Location Patient'],
    performer: ['performer', 'CareTeam Organization Patient Practitioner PractitionerRole RelatedPerson'],
  },
  Patient: {
    organization: ['managingOrganization', 'Organization'],
    'general-practitioner': ['generalPractitioner', 'Organization Practitioner PractitionerRole'],
  },
}

export function naiveSchema(resources: readonly JsonObject[]): GraphQLSchema {
  const schema = makeExecutableSchema({
    typeDefs: `scalar AWSJSON\n${generatedSdl()}`,
    resolvers: { Resource: { __resolveType: ({ resourceType }: JsonObject) => String(resourceType) } },
    assumeValid: true,
  })
  const owners = ownersOf(resources)
  const stored = new Set<JsonObject>(resources)
  for (const type of Object.values(schema.getTypeMap())) {
    if (!(type instanceof GraphQLObjectType) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) {
      field.resolve = (source: Source, given: Arguments, _context: unknown, info: GraphQLResolveInfo) =>
        resolve({ resources, owners, stored }, source, given, info)
    }
  }
  return schema
}

interface World {
  readonly resources: readonly JsonObject[]
  /** The resource around each Reference. */
  readonly owners: ReadonlyMap<JsonObject, JsonObject>
  readonly stored: ReadonlySet<JsonObject>
}

function resolve(world: World, source: Source, given: Arguments, info: GraphQLResolveInfo): unknown {
  const { fieldName, parentType } = info
  if (parentType.name === 'Query') return resolveRoot(world, fieldName, given)
  if (parentType.name === 'Reference' && fieldName === 'resource') return resolveReference(world, source, given)
  if (typeof given._reference === 'string') return resolveReverse(world, source, fieldName, given)
  return narrowed(source[fieldName], given)
}

/** A list with arguments: equal properties, then a part. */
function narrowed(value: JsonValue | undefined, given: Arguments): unknown {
  if (!Array.isArray(value)) return value
  const { _offset, _count, ...filters } = given
  const kept = value.filter(element =>
    Object.entries(filters).every(
      ([name, text]) => text === null || String((element as JsonObject)[name] ?? '') === String(text),
    ),
  )
  const start = typeof _offset === 'number' ? _offset : 0
  return kept.slice(start, typeof _count === 'number' ? start + _count : undefined)
}

function resolveRoot({ resources }: World, field: string, given: Arguments): unknown {
  if (field.endsWith('List')) return matchesOf(resources, field.slice(0, -'List'.length), given)
  if (field.endsWith('Connection')) return connectionOf(resources, field.slice(0, -'Connection'.length), given)
  const found = resources.find(({ resourceType, id }) => resourceType === field && id === given.id)
  if (found) return found
  throw new Error('There is nothing')
}

function matchesOf(resources: readonly JsonObject[], type: string, given: Arguments): JsonObject[] {
  const ids = given._id as readonly string[] | undefined
  const found = resources.filter(({ resourceType, id }) => resourceType === type && (ids?.includes(String(id)) ?? true))
  const sorted = sortById(found, given._sort)
  return typeof given._count === 'number' ? sorted.slice(0, given._count) : sorted
}

function sortById(resources: readonly JsonObject[], sort: unknown): JsonObject[] {
  if (typeof sort !== 'string') return [...resources]
  const sorted = resources.toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1))
  return sort.startsWith('-') ? sorted.reverse() : sorted
}

const DEFAULT_COUNT = 20

function connectionOf(resources: readonly JsonObject[], type: string, given: Arguments): unknown {
  const { _count: count = DEFAULT_COUNT, ...criteria } = given
  const all = matchesOf(resources, type, criteria)
  const edges = all.slice(0, Number(count)).map(resource => ({ mode: 'match', score: null, resource }))
  return { count: all.length, offset: 0, pagesize: count, edges }
}

function resolveReference({ resources, owners }: World, source: Source, given: Arguments): unknown {
  const { reference } = source
  const target = String(reference).startsWith('#')
    ? containedIn(owners.get(source), String(reference))
    : resources.find(({ resourceType, id }) => reference === `${resourceType}/${id}`)
  const type = String(reference).startsWith('#') ? target?.resourceType : String(reference).split('/')[0]
  if (typeof reference === 'string' && given.type !== undefined && given.type !== null && type !== given.type && type)
    return null
  if (target) return target
  if (given.optional === true) return null
  throw new Error('The reference leads nowhere')
}

const containedIn = (owner: JsonObject | undefined, reference: string): JsonObject | undefined =>
  reference === '#'
    ? owner
    : ((owner?.contained ?? []) as JsonObject[]).find(resource => `#${resource.id}` === reference)

function resolveReverse({ resources, stored }: World, source: Source, field: string, given: Arguments): unknown {
  const isList = field.endsWith('List')
  const type = field.slice(0, -(isList ? 'List' : 'Connection').length)
  if (!stored.has(source)) return isList ? [] : null
  const [element = '', targets = ''] = REVERSE[type]?.[String(given._reference)] ?? []
  if (!targets.split(' ').includes(String(source.resourceType))) throw new Error('There is no such parameter')
  const wanted = `${source.resourceType}/${source.id}`
  const pointing = resources.filter(
    resource =>
      resource.resourceType === type &&
      [resource[element] ?? []].flat().some(reference => (reference as JsonObject).reference === wanted),
  )
  return isList ? matchesOf(pointing, type, given) : connectionOf(pointing, type, given)
}

function ownersOf(resources: readonly JsonObject[]): ReadonlyMap<JsonObject, JsonObject> {
  const owners = new Map<JsonObject, JsonObject>()
  const visit = (value: JsonValue | undefined, owner: JsonObject, name: string): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, owner, name)
    else if (typeof value === 'object' && value !== null) {
      const object = value as JsonObject
      const inner = object.resourceType !== undefined && name !== 'contained' ? object : owner
      owners.set(object, inner)
      for (const [key, member] of Object.entries(object)) visit(member, inner, key)
    }
  }
  for (const resource of resources) visit(resource, resource, '')
  return owners
}

export const reverseParameters = REVERSE
