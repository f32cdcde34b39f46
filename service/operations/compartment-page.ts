/** A page of what is in one compartment, as $everything gives it. */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Parameters, SearchResult } from '../fhir-service.ts'
import { search } from '../interactions/search.ts'
import type { ResourceKey } from '../ports/stored-version.ts'
import { parseReference } from '../resource/reference-text.ts'
import { collectReferences } from '../resource/references.ts'
import { CURSOR_PARAMETER } from '../search/page.ts'
import { type CarePeriod, isCareWithin } from './care-period.ts'

/** What of compartments is asked for, whichever they are. */
export interface Wanted {
  readonly types: readonly string[]
  readonly since: string | undefined
  readonly period: CarePeriod | undefined
  readonly count: number | undefined
  readonly cursor: string | undefined
  /** For links to other pages. */
  readonly asked: Parameters
}

export interface CompartmentPage {
  readonly count: number | undefined
  readonly cursor: string | undefined
}

/** Of one compartment: as matches what is in it, as includes what that refers to outside of it. */
export async function compartmentPage(
  context: ServiceContext,
  call: Call,
  compartment: ResourceKey,
  { types, since, period }: Wanted,
  { count, cursor }: CompartmentPage,
): Promise<SearchResult> {
  const result = await search(context, call, {
    compartment,
    parameters: [
      ...(types.length > 0 ? [['_type', types.join(',')] as const] : []),
      ...(since === undefined ? [] : [['_lastUpdated', `ge${since}`] as const]),
      ...(count === undefined ? [] : [['_count', String(count)] as const]),
      ['_include', '*'],
      ...(cursor === undefined ? [] : [[CURSOR_PARAMETER, cursor] as const]),
    ],
  })
  const name = `${compartment.type}/${compartment.id}`
  const isWanted = (type: string): boolean => types.length === 0 || types.includes(type)
  // What is in the compartment comes as a match, on this page or another one.
  const includes = result.includes.filter(each => !each.compartments.includes(name) && isWanted(each.type))
  const found = { ...result, includes }
  return period ? within(context, call, found, period) : found
}

/** A page of what is within the period: shorter than asked for, or empty, it may have a next one all the same. */
function within(context: ServiceContext, call: Call, found: SearchResult, period: CarePeriod): SearchResult {
  const definitions = context.definitions.for(call.tenant)
  const matches = found.matches.filter(match => isCareWithin(call, definitions, match, period))
  const named = new Set(
    matches.flatMap(match =>
      collectReferences(definitions, match.content()).map(({ reference }) => {
        const parsed = parseReference(reference)
        return parsed.kind === 'literal' ? `${parsed.type}/${parsed.id}` : ''
      }),
    ),
  )
  const includes = found.includes.filter(({ type, id }) => named.has(`${type}/${id}`))
  return { ...found, matches, includes, total: undefined }
}
