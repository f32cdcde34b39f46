/** R4 patient-operation-everything.html, encounter-operation-everything.html */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { SearchResult } from '../fhir-service.ts'
import { read } from '../interactions/read.ts'
import { search } from '../interactions/search.ts'
import { parseReference } from '../resource/reference-text.ts'
import { collectReferences } from '../resource/references.ts'
import { CURSOR_PARAMETER } from '../search/page.ts'
import { type CarePeriod, carePeriod, isCareWithin } from './care-period.ts'
import type { Operation, OperationParameter, OperationRunner } from './operation.ts'
import { searchsetAnswer } from './searchset-answer.ts'

/** Of a patient alone: R4 has none for an encounter. */
const PERIOD: readonly OperationParameter[] = (['start', 'end'] as const).map(name => ({
  name,
  use: 'in',
  min: 0,
  max: 1,
  type: 'date',
  documentation: `The ${name === 'start' ? 'first' : 'last'} day of care: what has no date of care is always there`,
}))

const PARAMETERS: readonly OperationParameter[] = [
  {
    name: '_since',
    use: 'in',
    min: 0,
    max: 1,
    type: 'instant',
    documentation: 'Only resources of the compartment that were updated at or after this time',
  },
  {
    name: '_type',
    use: 'in',
    min: 0,
    max: '*',
    type: 'code',
    documentation: 'Only resources of these types; several are separated by commas, too',
  },
  {
    name: '_count',
    use: 'in',
    min: 0,
    max: 1,
    type: 'positiveInt',
    documentation: 'Resources of the compartment a page',
  },
  {
    name: CURSOR_PARAMETER,
    use: 'in',
    min: 0,
    max: 1,
    type: 'string',
    documentation: 'From the link to the next page',
  },
  {
    name: 'return',
    use: 'out',
    min: 1,
    max: 1,
    type: 'Bundle',
    documentation: 'A searchset: the compartment as matches, and what they refer to as includes',
  },
]

const everythingOf = (type: string, parameters: readonly OperationParameter[]): Operation => ({
  name: 'everything',
  id: `${type}-everything`,
  title: `Everything about a ${type.toLowerCase()}`,
  description:
    `The ${type} and what is in its compartment, in pages, each with what its resources refer to outside of the ` +
    'compartment (practitioners, organizations, medications). As far as the caller may see them.',
  levels: ['instance'],
  types: [type],
  affectsState: false,
  base: `http://hl7.org/fhir/OperationDefinition/${type}-everything`,
  parameters,
  load: async () => everything,
})

export const PATIENT_EVERYTHING = everythingOf('Patient', [...PERIOD, ...PARAMETERS])
export const ENCOUNTER_EVERYTHING = everythingOf('Encounter', PARAMETERS)

/** @throws Fault not-found or gone where the resource itself is. */
const everything: OperationRunner = async (context, call, invocation) => {
  const { type = '', id = '', input } = invocation
  await read(context, call, { type, id })
  const types = [...new Set(input.texts('_type').flatMap(text => text.split(',')))].filter(name => name !== '')
  const since = input.text('_since')
  const count = input.integer('_count')
  const cursor = input.text(CURSOR_PARAMETER)
  const result = await search(context, call, {
    compartment: { type, id },
    parameters: [
      ...(types.length > 0 ? [['_type', types.join(',')] as const] : []),
      ...(since === undefined ? [] : [['_lastUpdated', `ge${since}`] as const]),
      ...(count === undefined ? [] : [['_count', String(count)] as const]),
      ['_include', '*'],
      ...(cursor === undefined ? [] : [[CURSOR_PARAMETER, cursor] as const]),
    ],
  })
  const compartment = `${type}/${id}`
  const isWanted = (name: string): boolean => types.length === 0 || types.includes(name)
  // What is in the compartment comes as a match, on this page or another one.
  const includes = result.includes.filter(each => !each.compartments.includes(compartment) && isWanted(each.type))
  const [start, end] = [input.text('start'), input.text('end')]
  const asked = [
    ...(start === undefined ? [] : [['start', start] as const]),
    ...(end === undefined ? [] : [['end', end] as const]),
    ...(since === undefined ? [] : [['_since', since] as const]),
    ...(types.length > 0 ? [['_type', types.join(',')] as const] : []),
    ...(count === undefined ? [] : [['_count', String(count)] as const]),
  ]
  const found = { ...result, includes }
  const period = carePeriod(start, end)
  return searchsetAnswer(call, invocation, asked, period ? within(context, call, found, period) : found)
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
