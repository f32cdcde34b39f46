import { graphqlInputName } from '#schema/names.ts'
import type { Definitions } from '../../definitions.ts'
import {
  createArguments,
  deleteArguments,
  NO_ARGUMENTS,
  patchArguments,
  readArguments,
  searchArguments,
  transactionArguments,
  updateArguments,
} from './arguments.ts'
import { searchFieldName } from './resource-fields.ts'
import type { FieldDefinition } from './type-model.ts'

/** R4 graphql.html#system: `Patient`, `PatientList`, `PatientConnection`. */
export function queryField(definitions: Definitions, name: string): FieldDefinition | undefined {
  if (definitions.isServed(name)) {
    const access = { kind: 'read', resourceType: name } as const
    return { name, type: name, leaf: false, list: false, arguments: readArguments, access }
  }
  const named = searchFieldName(name)
  if (!named || !definitions.isServed(named.resourceType)) return undefined
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
  ['Patch', 'patch'],
  ['Delete', 'delete'],
] as const

/** R4 graphql.html#mutations: `PatientCreate`, `PatientUpdate`, `PatientDelete`; patches, and a whole Bundle. */
export function mutationField(definitions: Definitions, name: string): FieldDefinition | undefined {
  if (name === 'transaction') {
    const access = { kind: 'transaction' } as const
    return { name, type: 'AWSJSON', leaf: true, list: false, arguments: transactionArguments, access }
  }
  for (const [suffix, kind] of WRITES) {
    const resourceType = name.slice(0, -suffix.length)
    if (!name.endsWith(suffix) || !definitions.isServed(resourceType)) continue
    const type = kind === 'delete' ? 'OperationOutcome' : resourceType
    const taken = writeArguments(kind, graphqlInputName(resourceType))
    return { name, type, leaf: false, list: false, arguments: taken, access: { kind, resourceType } }
  }
  return undefined
}

function writeArguments(kind: (typeof WRITES)[number][1], input: string): FieldDefinition['arguments'] {
  switch (kind) {
    case 'create':
      return createArguments(input)
    case 'update':
      return updateArguments(input)
    case 'patch':
      return patchArguments
    case 'delete':
      return deleteArguments
  }
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
