import type { Call } from '../../call.ts'
import type { ServiceContext } from '../../context.ts'
import type { Definitions } from '../../definitions.ts'

/**
 * What a description of the server is made of. It is for everybody, and who has not logged in belongs to no tenant: own
 * search parameters are told to those who may search by some of them.
 */
export function toldDefinitions({ definitions, policy }: ServiceContext, call: Call): Definitions {
  const all = definitions.for(call.tenant)
  if (!all.own || all.own.parameters.length === 0) return all
  const maySearch = (type: string): boolean => policy.permits(call, 'search-type', type)
  return all.own.parameters.some(({ byType }) => byType.keys().some(maySearch)) ? all : all.own.base
}
