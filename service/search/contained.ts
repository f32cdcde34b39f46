/**
 * Resources inside others, as search knows them. R4 search.html#contained
 *
 * What is contained in `MedicationRequest/23` as `m1` is a document of the type `#Medication` with the id
 * `MedicationRequest/23#m1`: no search of `Medication` sees it, and all that engines know of types and references holds
 * of it as it is.
 */
import type { ResourceKey } from '../ports/stored-version.ts'
import type { Node, ParameterReference, Query, SortKey } from './ast.ts'

const MARK = '#'

/** The type under which resources of a type are found that are contained in others. */
export const containedType = (type: string): string => MARK + type

export const isContainedType = (type: string): boolean => type.startsWith(MARK)

/** `Medication` of `#Medication`, and of itself. */
export const plainType = (type: string): string => (isContainedType(type) ? type.slice(MARK.length) : type)

export const containedId = ({ type, id }: ResourceKey, inside: string): string => `${type}/${id}${MARK}${inside}`

/** Whether it is the id of what is contained: no other has such a mark. */
export const isContainedId = (id: string): boolean => id.includes(MARK)

export interface ContainedKey {
  readonly container: ResourceKey
  /** Its id in there. */
  readonly inside: string
}

/** The inverse of containedId: neither a type nor an id of a container holds a slash or a mark. */
export function containedKeyOf(id: string): ContainedKey {
  const slash = id.indexOf('/')
  const mark = id.indexOf(MARK)
  return { container: { type: id.slice(0, slash), id: id.slice(slash + 1, mark) }, inside: id.slice(mark + 1) }
}

const known = new WeakMap<ParameterReference, ParameterReference>()

/**
 * The parameter of what is contained. Ids that the server has not given are values as others are: engines keep those
 * that it has given, which `_id` is about, in a place of their own.
 */
export function containedParameter(parameter: ParameterReference): ParameterReference {
  let contained = known.get(parameter)
  if (!contained) {
    const { resourceType, code, url, kind, derived } = parameter
    contained = Object.freeze({
      resourceType: containedType(resourceType),
      code,
      url: code === ID_CODE ? `${url}${MARK}contained` : url,
      kind,
      ...(derived && { derived }),
    })
    known.set(parameter, contained)
  }
  return contained
}

const ID_CODE = '_id'

const containers = new Map<string, ContainerParameters>()

interface ContainerParameters {
  /** A reference to what it is contained in. */
  readonly container: ParameterReference
  /** The type of that, a token. */
  readonly containerType: ParameterReference
  /** `_id` */
  readonly id: ParameterReference
}

/** Parameters that only contained resources have, by their own type (`Medication`). */
export function containerParameters(type: string): ContainerParameters {
  let parameters = containers.get(type)
  if (!parameters) {
    const resourceType = containedType(type)
    parameters = Object.freeze({
      container: Object.freeze({
        resourceType,
        code: '#container',
        url: '#container',
        kind: 'reference',
        derived: true,
      }),
      containerType: Object.freeze({ resourceType, code: '#type', url: '#type', kind: 'token', derived: true }),
      id: containedParameter({ resourceType: type, code: ID_CODE, url: ID_URL, kind: 'token' }),
    })
    containers.set(type, parameters)
  }
  return parameters
}

const ID_URL = 'http://hl7.org/fhir/SearchParameter/Resource-id'

const queries = new WeakMap<Query, Query>()

/** The same query of what is contained: one object for all who ask for it. */
export function inContained(query: Query): Query {
  let contained = queries.get(query)
  if (!contained) {
    contained = { type: containedType(query.type), where: nodeIn(query.type, query.where) }
    queries.set(query, contained)
  }
  return contained
}

/** By what resources are sorted behind references, contained ones are no value. */
export const sortInContained = (key: SortKey): SortKey =>
  key.through
    ? { ...key, through: { ...key.through, parameter: containedParameter(key.through.parameter) } }
    : { ...key, parameter: containedParameter(key.parameter) }

function nodeIn(type: string, node: Node): Node {
  switch (node.kind) {
    case 'everything':
    case 'nothing':
    case 'compartment':
    case 'words':
    // The parameter is that of the resources that refer to this one.
    case 'has':
      return node
    case 'and':
    case 'or':
      return { kind: node.kind, nodes: node.nodes.map(child => nodeIn(type, child)) }
    case 'not':
      return { kind: 'not', node: nodeIn(type, node.node) }
    case 'id': {
      const { id } = containerParameters(type)
      return { kind: 'tokens', parameter: id, tokens: node.ids.map(code => ({ system: '', code })) }
    }
    case 'differs':
      return { kind: 'differs', node: { ...node.node, parameter: containedParameter(node.node.parameter) } }
    default:
      return { ...node, parameter: containedParameter(node.parameter) }
  }
}
