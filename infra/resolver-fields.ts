/** Which fields of the SDL have resolvers, read from the SDL itself. */
import { readFileSync } from 'node:fs'
import {
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  stripIgnoredCharacters,
} from 'graphql'
import { DeploymentError } from './config.ts'

/**
 * root: one invocation for all below it; nested: what was prefetched, or a batch; filter: a list with arguments;
 * subscription: which changes the caller is told of; internal: the gateway itself alone may ask.
 */
export type ResolverKind = 'root' | 'nested' | 'filter' | 'subscription' | 'internal'

export interface ResolverField {
  readonly typeName: string
  readonly fieldName: string
  readonly kind: ResolverKind
}

export interface ServedSchema {
  readonly sdl: string
  readonly fields: readonly ResolverField[]
}

/**
 * The schema with the root and reverse fields of the resource types that are served, and with the arguments of their
 * lists; all where none are given.
 * @throws DeploymentError for a type that the schema doesn't have
 */
export function readServedSchema(file: string, resourceTypes: readonly string[] | undefined): ServedSchema {
  const sdl = readFileSync(file, 'utf8')
  const document = parse(sdl, { noLocation: true })
  const objects = document.definitions.filter(each => each.kind === Kind.OBJECT_TYPE_DEFINITION)
  const all = rootTypesOf(objects)
  const unknown = (resourceTypes ?? []).filter(type => !all.has(type))
  if (unknown.length > 0) {
    throw new DeploymentError([`resourceTypes names what is no resource type of R4: ${unknown.join(', ')}.`])
  }
  const served = new Set(resourceTypes ?? all)
  const isServed = (typeName: string, field: FieldDefinitionNode): boolean => {
    const kind = kindOf(typeName, field)
    if (kind === undefined || kind === 'filter') return true
    const type = resourceTypeOf(field.name.value, all)
    return type === undefined || served.has(type)
  }
  const isOfServed = (typeName: string): boolean => {
    const owner = ownerOf(typeName, all)
    return owner === undefined || served.has(owner)
  }
  const servedField = (typeName: string, field: FieldDefinitionNode): FieldDefinitionNode =>
    kindOf(typeName, field) === 'filter' && !isOfServed(typeName) ? { ...field, arguments: [] } : field
  const fields = objects.flatMap(({ name, fields: own = [] }) =>
    own.flatMap(field => {
      const kind = kindOf(name.value, servedField(name.value, field))
      return kind && isServed(name.value, field) ? [{ typeName: name.value, fieldName: field.name.value, kind }] : []
    }),
  )
  if (resourceTypes === undefined) return { sdl, fields }
  const definitions = document.definitions.map(each =>
    each.kind === Kind.OBJECT_TYPE_DEFINITION
      ? {
          ...each,
          fields: (each.fields ?? [])
            .filter(field => isServed(each.name.value, field))
            .map(field => servedField(each.name.value, field)),
        }
      : each,
  )
  return { sdl: stripIgnoredCharacters(print({ ...document, definitions })), fields }
}

/** Each has a root field of its name. */
function rootTypesOf(objects: readonly ObjectTypeDefinitionNode[]): ReadonlySet<string> {
  const query = objects.find(({ name }) => name.value === 'Query')
  const names = (query?.fields ?? []).map(({ name }) => name.value)
  return new Set(names.filter(name => !/(List|Connection)$/.test(name) || names.includes(`${name}List`)))
}

function resourceTypeOf(fieldName: string, all: ReadonlySet<string>): string | undefined {
  if (all.has(fieldName)) return fieldName
  const type = fieldName.replace(/(List|Connection|Create|Update|Patch|Delete)$/, '')
  return all.has(type) ? type : undefined
}

/** `PatientContact` is part of Patient; data types belong to none. */
function ownerOf(typeName: string, all: ReadonlySet<string>): string | undefined {
  const starts = [...all].filter(type => typeName.startsWith(type))
  return starts.reduce<string | undefined>(
    (longest, type) => (type.length > (longest?.length ?? 0) ? type : longest),
    undefined,
  )
}

function kindOf(typeName: string, { name, arguments: given = [] }: FieldDefinitionNode): ResolverKind | undefined {
  if (typeName === 'Query') return 'root'
  if (typeName === 'Mutation') return name.value.startsWith('publish') ? 'internal' : 'root'
  if (typeName === 'SubscriptionRoot') return 'subscription'
  if (typeName === 'Reference' && name.value === 'resource') return 'nested'
  const names = given.map(argument => argument.name.value)
  if (names.includes('_reference')) return 'nested'
  return names.includes('_offset') ? 'filter' : undefined
}
