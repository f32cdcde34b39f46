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
  | { readonly kind: 'create'; readonly resource: JsonObject }
  | { readonly kind: 'update'; readonly id: string; readonly resource: JsonObject }
  | { readonly kind: 'read' | 'delete'; readonly type: string; readonly id: string }
  | { readonly kind: 'search'; readonly type: string; readonly parameters: Readonly<Record<string, string>> }

/** The resource or resources of the answer, or the status and the OperationOutcome of a refusal. */
type Answer = { readonly resources: readonly JsonValue[] } | { readonly status: number; readonly outcome: JsonValue }

type Language = () => (step: Step) => Promise<Answer>

const typeOf = (step: Step): string => ('resource' in step ? String(step.resource.resourceType) : step.type)

const rest: Language = () => {
  const { service, call } = testWorld()
  const door = createRestDoor(service)
  return async step => {
    const type = typeOf(step)
    const lines = { create: `POST /${type}`, update: `PUT /${type}`, read: `GET /${type}`, delete: `DELETE /${type}` }
    const line = step.kind === 'search' ? `GET /${type}?${new URLSearchParams(step.parameters)}` : lines[step.kind]
    const parts = 'resource' in step ? { body: JSON.stringify(step.resource) } : {}
    const headers = { 'content-type': 'application/fhir+json' }
    const address = 'id' in step ? `${line}/${step.id}` : line
    const { status, body } = jsonOf(await door(restRequest(address, { ...parts, headers, call })))
    if (status >= 400) return { status, outcome: body as JsonValue }
    if (step.kind === 'delete') return { resources: [] }
    const entries = (body as { entry?: { resource: JsonValue }[] }).entry ?? []
    return { resources: step.kind === 'search' ? entries.map(({ resource }) => resource) : [body as JsonValue] }
  }
}

const fieldOf = (step: Step): readonly [parent: string, field: string, given: JsonObject] => {
  const type = typeOf(step)
  switch (step.kind) {
    case 'create':
      return ['Mutation', `${type}Create`, { res: step.resource }]
    case 'update':
      return ['Mutation', `${type}Update`, { id: step.id, res: step.resource }]
    case 'delete':
      return ['Mutation', `${type}Delete`, { id: step.id }]
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
    const outcome = await door(appsyncEvent(parent, field, { arguments: given, selection: '{ ...Everything }' }), call)
    if (!('data' in outcome || 'error' in outcome)) throw new Error('One field has one outcome')
    if (outcome.error) {
      const { category, resource } = outcome.error.errorInfo
      return { status: statusOf(category as FaultCategory), outcome: resource }
    }
    return { resources: step.kind === 'delete' ? [] : listOf(outcome.data ?? null) }
  }
}

const SELECTION = '{ resourceType id meta { versionId lastUpdated } active name { family given } birthDate gender }'

/** Only what is selected, with null for what is absent: cut down to what is there. */
const graphql: Language = () => {
  const { service, call } = testWorld()
  return async step => {
    const [parent, field, given] = fieldOf(step)
    const type = typeOf(step)
    const declared = Object.keys(given).map(name => {
      const text = name === 'id' ? 'ID!' : name === '_sort' ? 'String' : '[String]'
      return `$${name}: ${name === 'res' ? `${type}Input!` : text}`
    })
    const passed = Object.keys(given).map(name => `${name}: $${name}`)
    const selection = step.kind === 'delete' ? '{ id }' : SELECTION
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
    expect(expected.filter(answer => 'status' in answer).map(({ status }) => status)).toEqual([400, 422, 400, 410, 404])
    expect(await run(resolvers)).toEqual(expected)
  })

  it('has the same answers through $graphql as through REST', async () => {
    expect(await run(graphql)).toEqual(await run(rest))
  })
})
