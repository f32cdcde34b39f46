/** US Core DocumentReference $docref (http://hl7.org/fhir/us/core/OperationDefinition/docref), over what is stored. */
import type { Issue } from '../fault.ts'
import { fault } from '../fault.ts'
import type { Parameters, SearchResult } from '../fhir-service.ts'
import { search } from '../interactions/search.ts'
import type { JsonObject } from '../resource/content.ts'
import type { Operation, OperationInvocation, OperationParameter, OperationRunner } from './operation.ts'
import { searchsetAnswer } from './searchset-answer.ts'

const input = (name: string, type: string, documentation: string, min = 0): OperationParameter => ({
  ...{ name, use: 'in', min, max: name === 'profile' ? '*' : 1, type, documentation },
})

export const DOCREF: Operation = {
  name: 'docref',
  id: 'DocumentReference-docref',
  title: "References to a patient's documents",
  description:
    'References to documents that are stored: nothing is generated on demand. Without start and end the newest one of ' +
    'the type; the type is a summary of care (LOINC 34133-9) unless another one is asked for.',
  levels: ['type'],
  types: ['DocumentReference'],
  affectsState: false,
  base: 'http://hl7.org/fhir/us/core/OperationDefinition/docref',
  parameters: [
    input('patient', 'id', 'The patient', 1),
    input('start', 'dateTime', 'Care that the document tells of went on at this time or after it'),
    input('end', 'dateTime', 'Care that the document tells of began at this time or before it'),
    input('type', 'CodeableConcept', 'In a URL: system|code. Default: http://loinc.org|34133-9'),
    input('on-demand', 'boolean', 'true: documents made on demand, of which there are none'),
    input('profile', 'canonical', 'Taken, but not looked at'),
    { name: 'return', use: 'out', min: 1, max: 1, type: 'Bundle', documentation: 'A searchset of DocumentReferences' },
  ],
  load: async () => docref,
}

const SUMMARY_OF_CARE = 'http://loinc.org|34133-9'

const docref: OperationRunner = async (context, call, invocation) => {
  const given = invocation.input
  const [start, end] = [given.text('start'), given.text('end')]
  const hasPeriod = start !== undefined || end !== undefined
  const asked: Parameters = invocation.parameters
  if (given.flag('on-demand'))
    return searchsetAnswer(call, invocation, asked, nothing([note('on-demand', 'Nothing is made on demand here')]))
  const result = await search(context, call, {
    type: 'DocumentReference',
    parameters: [
      ['patient', `Patient/${given.text('patient') ?? ''}`],
      ['type', typeOf(invocation)],
      ...(start === undefined ? [] : [['period', `ge${start}`] as const]),
      ...(end === undefined ? [] : [['period', `le${end}`] as const]),
      ['_sort', '-date'],
      ['_count', String(hasPeriod ? context.limits.pageSizeMax : 1)],
    ],
  })
  const issues: readonly Issue[] = [
    ...result.issues,
    ...given.texts('profile').map(() => note('profile', 'profile was not looked at')),
    ...(hasPeriod && result.next ? [note('end', 'There are more than these: narrow the period down')] : []),
  ]
  const total = result.matches.length
  return searchsetAnswer(call, invocation, asked, { ...nothing(issues), matches: result.matches, total })
}

function typeOf({ input }: OperationInvocation): string {
  const type = input.find('type')?.value as JsonObject | undefined
  if (!type) return SUMMARY_OF_CARE
  const codings = (Array.isArray(type.coding) ? type.coding : []) as JsonObject[]
  const tokens = codings.flatMap(({ system, code }) =>
    typeof code === 'string'
      ? [typeof system === 'string' ? `${escaped(system)}|${escaped(code)}` : escaped(code)]
      : [],
  )
  if (tokens.length > 0) return tokens.join(',')
  throw fault('invalid', 'type needs a coding with a code', { code: 'value', expression: ['type'] })
}

/** R4 search.html#escaping */
const escaped = (text: string): string => text.replace(/[\\,|$]/g, character => `\\${character}`)

const nothing = (issues: readonly Issue[]): SearchResult => ({
  ...{ matches: [], includes: [], issues, total: 0, countOnly: false, self: [], first: undefined, next: undefined },
})

const note = (parameter: string, diagnostics: string): Issue => ({
  ...{ severity: 'information', code: 'informational', diagnostics, expression: [parameter] },
})
