/** One scenario through the REST door, the resolvers door and `$graphql`: the same resources, versions and faults. */
import { describe, expect, it } from 'vitest'
import { createResolversDoor } from '#resolvers/door.ts'
import { createRestDoor } from '#rest/door.ts'
import { type FaultCategory, type JsonObject, type JsonValue, statusOf } from '#service/index.ts'
import { appsyncEvent } from '#test/support/appsync-events.ts'
import { BERG, SHAW } from '#test/support/patients.ts'
import { jsonOf, restRequest } from '#test/support/rest-request.ts'
import { testWorld } from '#test/support/test-world.ts'

/** What a caller asks for, in no language. */
type Step =
  | { readonly kind: 'create'; readonly resource: JsonObject; readonly ifNoneExist?: string }
  | ({ readonly kind: 'update'; readonly resource: JsonObject; readonly ifNoneMatch?: '*' } & Target)
  | { readonly kind: 'transaction'; readonly bundle: JsonObject }
  | ({ readonly kind: 'patch'; readonly type: string; readonly patch: JsonValue } & Target)
  | ({ readonly kind: 'delete'; readonly type: string } & Target)
  | { readonly kind: 'read'; readonly type: string; readonly id: string }
  | { readonly kind: 'search'; readonly type: string; readonly parameters: Readonly<Record<string, string>> }

/** One resource by its id, or by a search; a version id where it must be that version. */
type Target = ({ readonly id: string } | { readonly criteria: string }) & { readonly ifMatch?: string }

/** The resource or resources of the answer, or the status and the OperationOutcome of a refusal. */
type Answer = { readonly resources: readonly JsonValue[] } | { readonly status: number; readonly outcome: JsonValue }

type Language = () => (step: Step) => Promise<Answer>

function typeOf(step: Step): string {
  if (step.kind === 'transaction') return ''
  return 'resource' in step ? String(step.resource.resourceType) : step.type
}

const rest: Language = () => {
  const { service, call } = testWorld()
  const door = createRestDoor(service)
  return async step => {
    const type = typeOf(step)
    const methods = {
      create: 'POST',
      transaction: 'POST',
      update: 'PUT',
      patch: 'PATCH',
      read: 'GET',
      delete: 'DELETE',
      search: 'GET',
    }
    const headers = {
      'content-type': step.kind === 'patch' ? patchType(step.patch) : 'application/fhir+json',
      ...('ifMatch' in step && step.ifMatch !== undefined && { 'if-match': `W/"${step.ifMatch}"` }),
      ...('ifNoneMatch' in step && { 'if-none-match': '*' }),
      ...('ifNoneExist' in step && step.ifNoneExist !== undefined && { 'if-none-exist': step.ifNoneExist }),
    }
    const content = contentOf(step)
    const parts = content === undefined ? {} : { body: JSON.stringify(content) }
    const request = restRequest(`${methods[step.kind]} /${type}${addressOf(step)}`, { ...parts, headers, call })
    const { status, body } = jsonOf(await door(request))
    if (status >= 400) return { status, outcome: body as JsonValue }
    if (step.kind === 'delete') return { resources: [] }
    const entries = (body as { entry?: { resource: JsonValue }[] }).entry ?? []
    return { resources: step.kind === 'search' ? entries.map(({ resource }) => resource) : [body as JsonValue] }
  }
}

function contentOf(step: Step): JsonValue | undefined {
  if (step.kind === 'transaction') return step.bundle
  return 'resource' in step ? step.resource : 'patch' in step ? step.patch : undefined
}

function addressOf(step: Step): string {
  if (step.kind === 'search') return `?${new URLSearchParams(step.parameters)}`
  if ('criteria' in step) return `?${step.criteria}`
  return 'id' in step ? `/${step.id}` : ''
}

function patchType(patch: JsonValue): string {
  if (Array.isArray(patch)) return 'application/json-patch+json'
  const isParameters = (patch as JsonObject).resourceType === 'Parameters'
  return isParameters ? 'application/fhir+json' : 'application/merge-patch+json'
}

const targetOf = (step: Target): JsonObject => ({
  ...('id' in step ? { id: step.id } : { criteria: step.criteria }),
  ...(step.ifMatch !== undefined && { ifMatch: step.ifMatch }),
})

const fieldOf = (step: Step): readonly [parent: string, field: string, given: JsonObject] => {
  const type = typeOf(step)
  switch (step.kind) {
    case 'create':
      return [
        'Mutation',
        `${type}Create`,
        { res: step.resource, ...(step.ifNoneExist !== undefined && { ifNoneExist: step.ifNoneExist }) },
      ]
    case 'update':
      return [
        'Mutation',
        `${type}Update`,
        { ...targetOf(step), res: step.resource, ...(step.ifNoneMatch && { ifNoneMatch: step.ifNoneMatch }) },
      ]
    case 'transaction':
      return ['Mutation', 'transaction', { bundle: step.bundle }]
    case 'patch':
      return ['Mutation', `${type}Patch`, { ...targetOf(step), patch: step.patch }]
    case 'delete':
      return ['Mutation', `${type}Delete`, targetOf(step)]
    case 'read':
      return ['Query', type, { id: step.id }]
    case 'search':
      return ['Query', `${type}List`, { ...step.parameters }]
  }
}

const listOf = (value: JsonValue): readonly JsonValue[] => (Array.isArray(value) ? value : [value])

/** As AppSync asks: a fragment whose body it leaves out stands for everything. */
const resolvers: Language = () => {
  const { service, call } = testWorld()
  const door = createResolversDoor(service)
  return async step => {
    const [parent, field, given] = fieldOf(step)
    const selection = step.kind === 'transaction' ? '' : '{ ...Everything }'
    const outcome = await door(appsyncEvent(parent, field, { arguments: given, selection }), call)
    if (!('data' in outcome || 'error' in outcome)) throw new Error('One field has one outcome')
    if (outcome.error) {
      const { category, resource } = outcome.error.errorInfo
      return { status: statusOf(category as FaultCategory), outcome: resource }
    }
    return { resources: step.kind === 'delete' ? [] : listOf(outcome.data ?? null) }
  }
}

const SELECTION =
  '{ resourceType id meta { versionId lastUpdated } identifier { system value } active name { family given } birthDate gender }'

const VARIABLES: Readonly<Record<string, string>> = {
  id: 'ID!',
  _sort: 'String',
  _filter: 'String',
  criteria: 'String',
  ifMatch: 'String',
  ifNoneExist: 'String',
  ifNoneMatch: 'String',
  bundle: 'AWSJSON!',
  patch: 'AWSJSON!',
}

/** Only what is selected, with null for what is absent: cut down to what is there. */
const graphql: Language = () => {
  const { service, call } = testWorld()
  return async step => {
    const [parent, field, given] = fieldOf(step)
    const type = typeOf(step)
    const declared = Object.keys(given).map(name => {
      return `$${name}: ${VARIABLES[name] ?? (name === 'res' ? `${type}Input!` : '[String]')}`
    })
    const passed = Object.keys(given).map(name => `${name}: $${name}`)
    const selection = step.kind === 'transaction' ? '' : step.kind === 'delete' ? '{ id }' : SELECTION
    const query = `${parent.toLowerCase()} Q(${declared}) { it: ${field}(${passed}) ${selection} }`
    const { data, errors } = await service.graphql(call, { query, variables: given })
    const [error] = errors ?? []
    if (error) {
      const { category, resource = null } = error.extensions ?? {}
      return { status: statusOf(category as FaultCategory), outcome: resource }
    }
    const found = withoutNulls((data as { it: JsonValue }).it)
    return { resources: step.kind === 'delete' ? [] : listOf(found) }
  }
}

function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === null || member === undefined ? [] : [[name, withoutNulls(member)]],
  )
  return Object.fromEntries(members)
}

const patient = (content: object): JsonObject => content as JsonObject
const SHAW_TWICE = patient({ ...SHAW, active: false })

const MARA = patient({ ...SHAW, identifier: [{ system: 'urn:test', value: 'mara' }] })
const OF_MARA = 'identifier=mara'
const named = (family: string): JsonObject => ({ ...MARA, name: [{ family }] })

const CONDITIONAL: readonly Step[] = [
  { kind: 'create', resource: MARA, ifNoneExist: OF_MARA },
  { kind: 'create', resource: MARA, ifNoneExist: OF_MARA },
  { kind: 'create', resource: MARA, ifNoneExist: 'nothing=1' },
  { kind: 'update', criteria: OF_MARA, resource: named('Updated') },
  { kind: 'update', id: 'id-3', resource: { ...named('Never'), id: 'id-3' }, ifMatch: '1' },
  { kind: 'update', id: 'id-3', resource: { ...named('Matched'), id: 'id-3' }, ifMatch: '2' },
  { kind: 'patch', type: 'Patient', id: 'id-3', patch: [{ op: 'add', path: '/gender', value: 'other' }] },
  { kind: 'patch', type: 'Patient', id: 'id-3', patch: { birthDate: '1970' }, ifMatch: '4' },
  { kind: 'patch', type: 'Patient', id: 'id-3', patch: { birthDate: '1971' }, ifMatch: '4' },
  { kind: 'patch', type: 'Patient', id: 'id-3', patch: [{ op: 'remove', path: '/nowhere' }] },
  { kind: 'patch', type: 'Patient', criteria: OF_MARA, patch: { active: null } },
  { kind: 'patch', type: 'Patient', criteria: 'identifier=nobody', patch: { active: true } },
  {
    kind: 'patch',
    type: 'Patient',
    id: 'id-3',
    patch: {
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'operation',
          part: [
            { name: 'type', valueCode: 'replace' },
            { name: 'path', valueString: 'Patient.birthDate' },
            { name: 'value', valueDate: '1972' },
          ],
        },
      ],
    },
  },
  { kind: 'read', type: 'Patient', id: 'id-3' },
  { kind: 'search', type: 'Patient', parameters: { _filter: 'birthdate lt 1973 and gender eq other' } },
  { kind: 'delete', type: 'Patient', id: 'id-3', ifMatch: '1' },
  { kind: 'delete', type: 'Patient', criteria: OF_MARA },
  { kind: 'delete', type: 'Patient', criteria: OF_MARA },
  { kind: 'read', type: 'Patient', id: 'id-3' },
]

const entryOf = (method: string, url: string, resource?: JsonObject): JsonObject => ({
  request: { method, url },
  ...(resource && { resource }),
})

const TRANSACTION = (...entry: readonly JsonObject[]): JsonObject => ({
  resourceType: 'Bundle',
  type: 'transaction',
  entry: [...entry],
})

const WHOLE: readonly Step[] = [
  { kind: 'update', id: 'fresh', resource: { ...MARA, id: 'fresh' }, ifNoneMatch: '*' },
  { kind: 'update', id: 'fresh', resource: { ...MARA, id: 'fresh' }, ifNoneMatch: '*' },
  {
    kind: 'transaction',
    bundle: TRANSACTION(
      entryOf('PUT', 'Patient/whole', { ...MARA, id: 'whole' }),
      entryOf('DELETE', 'Patient/fresh'),
      entryOf('GET', 'Patient/id-2'),
    ),
  },
  { kind: 'read', type: 'Patient', id: 'whole' },
  { kind: 'read', type: 'Patient', id: 'fresh' },
  {
    kind: 'transaction',
    bundle: TRANSACTION(entryOf('DELETE', 'Patient/whole'), entryOf('GET', 'Patient/nobody')),
  },
  { kind: 'transaction', bundle: { resourceType: 'Bundle', type: 'searchset' } },
  { kind: 'transaction', bundle: { resourceType: 'Patient' } },
  { kind: 'read', type: 'Patient', id: 'whole' },
]

const SCENARIO: readonly Step[] = [
  { kind: 'create', resource: patient(SHAW) },
  { kind: 'create', resource: patient(BERG) },
  { kind: 'read', type: 'Patient', id: 'id-1' },
  { kind: 'update', id: 'id-1', resource: patient({ ...SHAW_TWICE, id: 'id-1' }) },
  { kind: 'search', type: 'Patient', parameters: { name: 'shaw' } },
  { kind: 'search', type: 'Patient', parameters: { gender: 'male', _sort: '_id' } },
  { kind: 'search', type: 'Patient', parameters: { birthdate: 'yesterday' } },
  { kind: 'create', resource: patient({ resourceType: 'Patient', gender: 'unheard-of', birthDate: '1990-02-31' }) },
  { kind: 'update', id: 'id-1', resource: patient({ ...SHAW, id: 'id-2' }) },
  { kind: 'delete', type: 'Patient', id: 'id-1' },
  { kind: 'read', type: 'Patient', id: 'id-1' },
  { kind: 'search', type: 'Patient', parameters: { name: 'shaw' } },
  { kind: 'delete', type: 'Patient', id: 'id-1' },
  { kind: 'update', id: 'id-1', resource: patient({ ...SHAW, id: 'id-1' }) },
  { kind: 'read', type: 'Patient', id: 'never' },
  ...CONDITIONAL,
  ...WHOLE,
]

async function run(language: Language): Promise<Answer[]> {
  const send = language()
  const answers: Answer[] = []
  for (const step of SCENARIO) answers.push(await send(step))
  return answers
}

describe('the same scenario', () => {
  it('has the same answers through AppSync’s resolvers as through REST', async () => {
    const expected = await run(rest)
    expect(expected.filter(answer => 'status' in answer).map(({ status }) => status)).toEqual([
      ...[400, 422, 400, 410, 404],
      ...[400, 412, 412, 422, 404, 412, 410],
      ...[412, 410, 400, 400, 410],
    ])
    expect(await run(resolvers)).toEqual(expected)
  })

  it('has the same answers through $graphql as through REST', async () => {
    expect(await run(graphql)).toEqual(await run(rest))
  })
})
