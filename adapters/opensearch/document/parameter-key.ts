import { hash } from 'node:crypto'
import type { ParameterReference } from '#service/search/ast.ts'

/** Resource-id and Resource-lastUpdated are fields of their own, so that not every resource repeats them as values. */
export const ID_URL = 'http://hl7.org/fhir/SearchParameter/Resource-id'
const LAST_UPDATED_URL = 'http://hl7.org/fhir/SearchParameter/Resource-lastUpdated'

export const isColumn = ({ url }: ParameterReference): boolean => url === ID_URL || url === LAST_UPDATED_URL

const KEY_LENGTH = 8

const known = new WeakMap<ParameterReference, string>()

/**
 * Stands for a parameter in every value of the index: eight characters that follow from its resource type and URL, so
 * that no list of parameters has to be kept and a new one needs no change of the mapping.
 */
export function parameterKey(parameter: ParameterReference): string {
  let key = known.get(parameter)
  if (key === undefined) {
    key = hash('sha256', `${parameter.resourceType} ${parameter.url}`, 'base64url').slice(0, KEY_LENGTH)
    known.set(parameter, key)
  }
  return key
}
