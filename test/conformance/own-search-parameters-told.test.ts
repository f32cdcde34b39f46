/** Where the SearchParameters of a tenant show beside searches: the statement and GraphQL. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DEFAULT_ROLES, rolePolicy, tenantOf } from '#service/index.ts'
import { TEST_TIME } from '#test/support/memory-ports.ts'
import { eyesParameter as own, patientWithEyes as patient } from '#test/support/own-parameters.ts'
import { restCall } from '#test/support/rest-request.ts'
import { openRestWorld, type RestWorld } from '#test/support/rest-world.ts'
import { silentLogger } from '#test/support/test-call.ts'
import { faultOf } from '#test/support/test-world.ts'

let world: RestWorld

beforeEach(async () => {
  world = await openRestWorld()
})

afterEach(() => world.close())

const put = async (resource: { readonly resourceType: string; readonly id: string }) => {
  const { status } = await world.send(`PUT /${resource.resourceType}/${resource.id}`, { body: resource })
  expect([200, 201]).toContain(status)
}
const reindex = () =>
  world.service.runJob({
    tenant: tenantOf('default'),
    id: 'search-parameters',
    deadline: TEST_TIME + 60_000,
    logger: silentLogger,
  })

test('a SearchParameter is in the statement of its tenant, for those who may search by it, and in no other’s', async () => {
  const login = await openRestWorld({ policy: rolePolicy(DEFAULT_ROLES) })
  const callOf = (tenant: string, ...roles: readonly string[]) =>
    restCall({ tenant: tenantOf(tenant), caller: { subject: 'someone', roles } })
  const practitioner = callOf('default', 'practitioner')
  await login.send('PUT /SearchParameter/eyes', { body: own(), call: practitioner })
  const told = async (call: ReturnType<typeof restCall>) => {
    const { body } = await login.send('GET /metadata', { call })
    const [rest] = (body as { rest: { resource: { type: string; searchParam: object[] }[] }[] }).rest
    const parameters = rest?.resource.find(({ type }) => type === 'Patient')?.searchParam as { name: string }[]
    return parameters.filter(({ name }) => name === 'eyes' || name === 'gender')
  }
  const gender = expect.objectContaining({ name: 'gender' })
  const eyes = { name: 'eyes', definition: 'http://example.org/SearchParameter/eyes', type: 'token' }
  expect(await told(practitioner)).toEqual([gender, eyes])
  expect(await told(callOf('default', 'auditor'))).toEqual([gender, eyes])
  // Without a login, and of a role that reads no Patients.
  expect(await told(callOf('default'))).toEqual([gender])
  expect(await told(callOf('default', 'non-practitioner'))).toEqual([gender])
  expect(await told(callOf('other', 'practitioner'))).toEqual([gender])
  await login.close()
  await put(own())
  const { body } = await world.send('GET /metadata')
  expect(JSON.stringify(body)).toContain(JSON.stringify(eyes))
})

test('a SearchParameter works in $graphql, whose answer has the warning as an extension', async () => {
  await put(patient('old', 'green'))
  await put(own())
  await put(patient('a', 'green'))
  const list = 'PatientList(_filter: "eyes eq green") { id }'
  const ask = async () => {
    const headers = { 'content-type': 'application/json' }
    return (await world.send('POST /$graphql', { body: { query: `{ ${list} again: ${list} }` }, headers })).body
  }
  const lists = (...ids: readonly string[]) => {
    const list = ids.map(id => ({ id }))
    return { data: { PatientList: list, again: list } }
  }
  const warning = {
    severity: 'warning',
    code: 'transient',
    diagnostics: expect.stringContaining("stored before search parameter 'eyes'"),
    expression: ['eyes'],
  }
  expect(await ask()).toEqual({
    ...lists('a'),
    extensions: { resource: { resourceType: 'OperationOutcome', issue: [warning] } },
  })
  // AppSync's answers have no such place.
  const field = {
    ...({ operation: 'query', field: 'PatientList', selectionSet: '{ id }', variables: {} } as const),
    arguments: { _filter: 'eyes eq green' },
  }
  const call = restCall()
  expect(await faultOf(world.service.graphqlField(call, field))).toEqual({
    category: 'unavailable',
    issues: [{ ...warning, severity: 'error' }],
  })
  await reindex()
  expect(await ask()).toEqual(lists('old', 'a'))
  expect(await world.service.graphqlField(call, field)).toEqual([{ id: 'old' }, { id: 'a' }])
})
