/** R4 patient-operation-everything.html, encounter-operation-everything.html */
import { read } from '../interactions/read.ts'
import { CURSOR_PARAMETER } from '../search/page.ts'
import { carePeriod } from './care-period.ts'
import { compartmentPage, type Wanted } from './compartment-page.ts'
import type { Operation, OperationParameter, OperationRunner } from './operation.ts'
import type { OperationInput } from './operation-input.ts'
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

const everythingOf = (
  type: string,
  levels: Operation['levels'],
  parameters: readonly OperationParameter[],
): Operation => ({
  name: 'everything',
  id: `${type}-everything`,
  title: `Everything about a ${type.toLowerCase()}`,
  description:
    `The ${type} and what is in its compartment, in pages, each with what its resources refer to outside of the ` +
    'compartment (practitioners, organizations, medications). As far as the caller may see them.' +
    (levels.includes('type') ? ' Of the type: one after the other, so that pages may be short.' : ''),
  levels,
  types: [type],
  affectsState: false,
  base: `http://hl7.org/fhir/OperationDefinition/${type}-everything`,
  parameters,
  load: async () => everything,
})

export const PATIENT_EVERYTHING = everythingOf('Patient', ['type', 'instance'], [...PERIOD, ...PARAMETERS])
export const ENCOUNTER_EVERYTHING = everythingOf('Encounter', ['instance'], PARAMETERS)

/** @throws Fault not-found or gone where the resource itself is. */
const everything: OperationRunner = async (context, call, invocation) => {
  const { type = '', id, input } = invocation
  const wanted = wantedOf(input)
  if (id === undefined) {
    const { everythingOfAll } = await import('./everything-of-all.ts')
    return searchsetAnswer(call, invocation, wanted.asked, await everythingOfAll(context, call, wanted))
  }
  await read(context, call, { type, id })
  const page = { count: wanted.count, cursor: input.text(CURSOR_PARAMETER) }
  return searchsetAnswer(
    call,
    invocation,
    wanted.asked,
    await compartmentPage(context, call, { type, id }, wanted, page),
  )
}

function wantedOf(input: OperationInput): Wanted {
  const types = [...new Set(input.texts('_type').flatMap(text => text.split(',')))].filter(name => name !== '')
  const since = input.text('_since')
  const count = input.integer('_count')
  const [start, end] = [input.text('start'), input.text('end')]
  const asked = [
    ...(start === undefined ? [] : [['start', start] as const]),
    ...(end === undefined ? [] : [['end', end] as const]),
    ...(since === undefined ? [] : [['_since', since] as const]),
    ...(types.length > 0 ? [['_type', types.join(',')] as const] : []),
    ...(count === undefined ? [] : [['_count', String(count)] as const]),
  ]
  const cursor = input.text(CURSOR_PARAMETER)
  return { types, since, period: carePeriod(start, end), count, cursor, asked }
}
