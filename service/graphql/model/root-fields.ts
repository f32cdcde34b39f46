import { graphqlInputName } from '#schema/names.ts'
import type { Definitions } from '../../definitions.ts'
import {
  createArguments,
  NO_ARGUMENTS,
  readArguments,
  searchArguments,
  transactionArguments,
  updateArguments,
} from './arguments.ts'
import { searchFieldName } from './resource-fields.ts'
import type { FieldDefinition } from './type-model.ts'

/** R4 graphql.html#system: `Patient`, `PatientList`, `PatientConnection`. */
export function queryField(definitions: Definitions, name: string): FieldDefinition | undefined {
  if (definitions.isResourceType(name)) {
    const access = { kind: 'read', resourceType: name } as const
    return { name, type: name, leaf: false, list: false, arguments: readArguments, access }
  }
  const named = searchFieldName(name)
  if (!named || !definitions.isResourceType(named.resourceType)) return undefined
  const { form, resourceType } = named
  return {
    name,
    type: form === 'list' ? resourceType : `${resourceType}Connection`,
    leaf: false,
    list: form === 'list',
    arguments: searchArguments(definitions, resourceType, form),
    access: { kind: 'search', form, resourceType },
  }
}

const WRITES = [
  ['Create', 'create'],
  ['Update', 'update'],
  ['Delete', 'delete'],
] as const

/** R4 graphql.html#mutations: `PatientCreate`, `PatientUpdate`, `PatientDelete`; and a whole transaction Bundle. */
export function mutationField(definitions: Definitions, name: string): FieldDefinition | undefined {
  if (name === 'transaction') {
    const access = { kind: 'transaction' } as const
    return { name, type: 'AWSJSON', leaf: true, list: false, arguments: transactionArguments, access }
  }
  for (const [suffix, kind] of WRITES) {
    const resourceType = name.slice(0, -suffix.length)
    if (!name.endsWith(suffix) || !definitions.isResourceType(resourceType)) continue
    const input = graphqlInputName(resourceType)
    const taken = { create: createArguments(input), update: updateArguments(input), delete: readArguments }[kind]
    const type = kind === 'delete' ? 'OperationOutcome' : resourceType
    return { name, type, leaf: false, list: false, arguments: taken, access: { kind, resourceType } }
  }
  return undefined
}

const member = (name: string, type: string, options: { readonly leaf: boolean; readonly list: boolean }) =>
  [name, { name, type, ...options, arguments: NO_ARGUMENTS, access: { kind: 'member' } } as FieldDefinition] as const

const leaf = { leaf: true, list: false }

export const connectionFields = (resourceType: string): ReadonlyMap<string, FieldDefinition> =>
  new Map([
    member('count', 'Int', leaf),
    member('offset', 'Int', leaf),
    member('pagesize', 'Int', leaf),
    member('first', 'String', leaf),
    member('previous', 'String', leaf),
    member('next', 'String', leaf),
    member('last', 'String', leaf),
    member('edges', `${resourceType}Edge`, { leaf: false, list: true }),
  ])

export const edgeFields = (resourceType: string): ReadonlyMap<string, FieldDefinition> =>
  new Map([
    member('mode', 'String', leaf),
    member('score', 'Float', leaf),
    member('resource', resourceType, { leaf: false, list: false }),
  ])
