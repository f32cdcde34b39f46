import { searchArgumentName } from '#schema/names.ts'
import type { ComponentDefinition, Definitions, PropertyDefinition } from '../../definitions.ts'
import type { ArgumentDefinition, SearchForm } from './type-model.ts'

export type Arguments = ReadonlyMap<string, ArgumentDefinition>

export const NO_ARGUMENTS: Arguments = new Map()

const text: ArgumentDefinition = { name: 'String', list: false, required: false, lenient: true }
const texts: ArgumentDefinition = { name: 'String', list: true, required: false, lenient: true }
const requiredText: ArgumentDefinition = { name: 'String', list: false, required: true, lenient: true }
const number: ArgumentDefinition = { name: 'Int', list: false, required: false }
const id: ArgumentDefinition = { name: 'ID', list: false, required: false, lenient: true }
const requiredId: ArgumentDefinition = { ...id, required: true }

export const readArguments: Arguments = new Map([['id', requiredId]])

export const referenceArguments: Arguments = new Map([
  ['optional', { name: 'Boolean', list: false, required: false }],
  ['type', text],
])

const required = (name: string): ArgumentDefinition => ({ name, list: false, required: true })

/** R4 graphql.html#mutations, with what REST says in headers, and `criteria`: the search of a conditional write. */
export const createArguments = (input: string): Arguments =>
  new Map([
    ['res', required(input)],
    ['ifNoneExist', text],
  ])

const oneResource = [
  ['id', id],
  ['criteria', text],
  ['ifMatch', text],
] as const

export const updateArguments = (input: string): Arguments =>
  new Map([...oneResource, ['res', required(input)], ['ifNoneMatch', text]])

export const patchArguments: Arguments = new Map([...oneResource, ['patch', required('AWSJSON')]])

export const deleteArguments: Arguments = new Map(oneResource)

export const transactionArguments: Arguments = new Map([['bundle', required('AWSJSON')]])

/** Criteria that are no search parameter of a type: R4 search.html#content, #list. */
const SPECIAL_CRITERIA = ['_text', '_content', '_list']

/** R4 graphql.html#searching: each search parameter of the type, then what shapes the result. */
export function searchArguments(definitions: Definitions, resourceType: string, form: SearchForm): Arguments {
  const codes = [...definitions.searchParameters(resourceType).keys()]
  return new Map([
    ...codes.map(code => [searchArgumentName(code), texts] as const),
    ...SPECIAL_CRITERIA.map(name => [name, texts] as const),
    ['_filter', text],
    ['fhirpath', text],
    ['_sort', text],
    ['_count', number],
    ...(form === 'connection' ? [['_cursor', text] as const] : []),
  ])
}

/** A reverse list is a search with the parameter named that points here; a cursor is followed at the root. */
export const reverseArguments = (definitions: Definitions, source: string): Arguments =>
  new Map([['_reference', requiredText], ...searchArguments(definitions, source, 'list')])

/**
 * R4 graphql.html#list: a list of elements is narrowed by the values of their primitive properties, then cut.
 * Primitives take no arguments.
 */
export function listArguments(property: PropertyDefinition, component: ComponentDefinition | undefined): Arguments {
  if (!property.many || !component) return NO_ARGUMENTS
  const filters = [...component.properties.values()].filter(({ primitive, many }) => primitive && !many)
  return new Map([
    ...filters.map(({ name }) => [name, text] as const),
    ['fhirpath', text],
    ['_offset', number],
    ['_count', number],
  ])
}
