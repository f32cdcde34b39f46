import { tenantOf } from '#service/call.ts'
import { createDefinitions, type SearchParameter } from '#service/definitions.ts'
import { invariant } from '#service/invariant.ts'

/** The generated definitions. */
export const DEFINITIONS = createDefinitions().for(tenantOf('test'))

/** `searchParameter('Patient', 'birthdate')`: fails where there is none. */
export function searchParameter(type: string, code: string): SearchParameter {
  const parameter = DEFINITIONS.searchParameters(type).get(code)
  invariant(parameter, `${type} has search parameter ${code}`)
  return parameter
}
