/** R4 observation-operation-lastn.html */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { fault } from '../fault.ts'
import type { Parameters, Revealed } from '../fhir-service.ts'
import { search } from '../interactions/search.ts'
import type { JsonObject } from '../resource/content.ts'
import { CURSOR_PARAMETER } from '../search/page.ts'
import type { Operation, OperationRunner } from './operation.ts'
import { searchsetAnswer } from './searchset-answer.ts'

export const LASTN: Operation = {
  name: 'lastn',
  id: 'Observation-lastn',
  title: 'Last observations',
  description:
    'The newest observations of a patient or another subject for each code, newest first. Any search parameter of ' +
    'Observation restricts them; one that names the subject is needed. Codes are one where they share a coding, or ' +
    'have the same text and no coding.',
  levels: ['type'],
  types: ['Observation'],
  affectsState: false,
  takesCriteria: true,
  base: 'http://hl7.org/fhir/OperationDefinition/Observation-lastn',
  parameters: [
    {
      name: 'max',
      use: 'in',
      min: 0,
      max: 1,
      type: 'positiveInt',
      documentation: 'Observations for each code; default 1',
    },
    { name: 'return', use: 'out', min: 1, max: 1, type: 'Bundle', documentation: 'A searchset, on one page' },
  ],
  load: async () => lastn,
}

const SUBJECTS: ReadonlySet<string> = new Set(['patient', 'subject'])

/** What the server says of the answer, and paging would make no sense of. */
const REFUSED: ReadonlySet<string> = new Set([
  ...['_sort', '_count', '_total', '_summary', CURSOR_PARAMETER],
  // Containers are no Observations.
  ...['_contained', '_containedType'],
])

/** More are not looked through for one answer. */
const OBSERVATIONS_MAX = 10_000

const lastn: OperationRunner = async (context, call, invocation) => {
  const { criteria } = invocation.input
  const max = invocation.input.integer('max') ?? 1
  const refused = criteria.find(([name]) => REFUSED.has(name))
  if (refused)
    throw fault('invalid', `$lastn takes no ${refused[0]}`, { code: 'not-supported', expression: [refused[0]] })
  if (!criteria.some(([name]) => SUBJECTS.has(name.split(/[:.]/)[0] ?? '')))
    throw fault('invalid', '$lastn needs patient or subject', { code: 'required', expression: ['patient'] })
  const { groups, ...result } = await collect(context, call, criteria, max)
  const matches = groups.flatMap(group => group.versions)
  const asked: Parameters = [
    ...(invocation.input.integer('max') === undefined ? [] : [['max', String(max)] as const]),
    ...criteria,
  ]
  return searchsetAnswer(call, invocation, asked, {
    ...{ matches, includes: [], issues: result.issues, total: matches.length, countOnly: false },
    ...{ self: [], first: undefined, next: undefined },
  })
}

interface Group {
  readonly versions: Revealed[]
}

async function collect(context: ServiceContext, call: Call, criteria: Parameters, max: number) {
  const byCode = new Map<string, Group>()
  const groups: Group[] = []
  const sorted: Parameters = [...criteria, ['_sort', '-date'], ['_count', String(context.limits.pageSizeMax)]]
  let parameters: Parameters | undefined = sorted
  let seen = 0
  let issues: Awaited<ReturnType<typeof search>>['issues'] = []
  while (parameters) {
    const page: Awaited<ReturnType<typeof search>> = await search(context, call, { type: 'Observation', parameters })
    seen += page.matches.length
    if (seen > OBSERVATIONS_MAX)
      throw fault(
        'too-costly',
        `More than ${OBSERVATIONS_MAX} observations would have to be looked through: restrict them by code, category or date`,
      )
    for (const version of page.matches) {
      const group = groupOf(byCode, groups, codeKeys(version))
      if (group.versions.length < max) group.versions.push(version)
    }
    issues = page.issues
    parameters = page.next
  }
  return { groups, issues }
}

/** The group that one of the keys belongs to; the other keys belong to it from now on. */
function groupOf(byCode: Map<string, Group>, groups: Group[], keys: readonly string[]): Group {
  let group = keys.map(key => byCode.get(key)).find(found => found !== undefined)
  if (!group) {
    group = { versions: [] }
    groups.push(group)
  }
  for (const key of keys) if (!byCode.has(key)) byCode.set(key, group)
  return group
}

function codeKeys(version: Revealed): readonly string[] {
  const { coding, text } = (version.content().code ?? {}) as JsonObject
  const codings = (Array.isArray(coding) ? coding : []) as JsonObject[]
  const keys = codings.flatMap(({ system, code }) =>
    code === undefined ? [] : [`${String(system ?? '')}|${String(code)}`],
  )
  return keys.length > 0 ? keys : [`text ${typeof text === 'string' ? text.trim().toLowerCase() : ''}`]
}
