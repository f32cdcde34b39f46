import { getIntrospectionQuery } from 'graphql'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { HttpHandler } from '#rest/http-message.ts'
import { CORPUS, type GraphqlWorld, graphqlWorld } from '#test/support/graphql-world.ts'
import { testCall } from '#test/support/test-call.ts'
import { createAppSync } from './appsync.ts'

let world: GraphqlWorld
let appsync: HttpHandler

beforeAll(async () => {
  world = graphqlWorld()
  await world.put(...CORPUS)
  appsync = (await createAppSync({ service: world.service })).answer
})

beforeEach(() => world.portCalls.reset())

const call = testCall({ door: 'graphql' })

async function exchange(request: Partial<Parameters<HttpHandler>[0]>) {
  const response = await appsync({ method: 'POST', url: '', headers: {}, body: undefined, call, ...request })
  const text = Buffer.concat([response.body ?? new Uint8Array()].flat()).toString('utf8')
  return { status: response.status, headers: response.headers, body: JSON.parse(text) }
}

const send = async (query: string, variables?: Record<string, unknown>, operationName?: string) => {
  const body = Buffer.from(JSON.stringify({ query, variables, operationName }))
  return (await exchange({ headers: { 'content-type': 'application/json' }, body })).body
}

const notFound = (message: string) => ({
  category: 'not-found',
  resource: {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'not-found', diagnostics: message }],
  },
})

const UNRESOLVED = 'The reference cannot be resolved here; with optional: true that is no error'

describe('a query', () => {
  it('comes out under its aliases, with nested references from one search and one read', async () => {
    const { body, headers, status } = await exchange({
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(
        JSON.stringify({
          query: `query Weights($id: [String]) {
            observations: ObservationList(_id: $id, _sort: "_id") {
              __typename
              number: valueQuantity { value }
              who: subject { who: resource { __typename ... on Patient { family: name { family } } } }
              performer { resource { ... on Practitioner { id } } }
            }
          }`,
          variables: { id: ['weight', 'height'] },
        }),
      ),
    })
    const who = {
      who: {
        __typename: 'Patient',
        family: [{ family: 'Chalmers' }, { family: null }, { family: 'Windsor' }],
      },
    }
    expect([status, headers['Content-Type'], body]).toEqual([
      200,
      'application/json; charset=utf-8',
      {
        data: {
          observations: [
            { __typename: 'Observation', number: { value: 1.8 }, who, performer: null },
            { __typename: 'Observation', number: { value: 120.5 }, who, performer: [{ resource: { id: 'adam' } }] },
          ],
        },
      },
    ])
    expect(world.portCalls).toMatchObject({ searches: 1, reads: 2 })
  })

  it('tells aliases with different arguments apart', async () => {
    const query = `{
      Patient(id: "anna") {
        a: ObservationList(_reference: "subject", _sort: "_id", _count: 1) { id }
        b: ObservationList(_reference: "subject", _sort: "-_id", _count: 1) { id }
        managingOrganization { p: resource(type: "Patient") { __typename } o: resource { ... on Organization { name } } }
      }
    }`
    expect(await send(query)).toEqual({
      data: {
        Patient: {
          a: [{ id: 'height' }],
          b: [{ id: 'weight' }],
          managingOrganization: { p: null, o: { name: 'Acme' } },
        },
      },
    })
  })

  it('asks again, in one batch, for what named fragments and default values hide', async () => {
    const query = `
      query Q($optional: Boolean = true, $sort: String = "_id") {
        ObservationList(_sort: $sort) { ...Subject }
        PatientList(_sort: $sort) { managingOrganization { resource(optional: $optional) { ...Name } } }
        Patient(id: "anna") { generalPractitioner { ...Practitioner } contained { ...Inside } }
      }
      fragment Subject on Observation { id subject { resource { ... on Patient { birthDate } } } }
      fragment Name on Organization { name }
      fragment Practitioner on Reference { reference resource { ... on Practitioner { name { family } } } }
      fragment Inside on Practitioner { id ObservationList(_reference: "performer") { id } }`
    const subject = { resource: { birthDate: '1974-12-25' } }
    expect(await send(query)).toEqual({
      data: {
        ObservationList: [
          { id: 'height', subject },
          { id: 'weight', subject },
        ],
        PatientList: [
          { managingOrganization: { resource: { name: 'Acme' } } },
          { managingOrganization: { resource: null } },
        ],
        Patient: {
          generalPractitioner: [
            { reference: 'Practitioner/adam', resource: { name: [{ family: 'Careful' }] } },
            { reference: '#gp', resource: { name: [{ family: 'Inside' }] } },
          ],
          contained: [{ id: 'gp', ObservationList: [] }],
        },
      },
    })
  })

  it('has errors as AppSync writes them, and everything else', async () => {
    const query = `{
      Patient(id: "olaf") { id managingOrganization { reference resource { __typename } } }
      nobody: Patient(id: "nobody") { id }
    }`
    const { data, errors } = await send(query)
    expect(data).toEqual({
      Patient: { id: 'olaf', managingOrganization: { reference: 'Organization/missing', resource: null } },
      nobody: null,
    })
    // Root fields run side by side: whichever fails first is first.
    const byPath = (a: { path: string[] }, b: { path: string[] }) => (a.path.join() < b.path.join() ? -1 : 1)
    expect(errors.toSorted(byPath)).toEqual([
      {
        path: ['Patient', 'managingOrganization', 'resource'],
        data: null,
        errorType: 'NotFound',
        errorInfo: notFound(UNRESOLVED),
        locations: [{ line: 2, column: 65, sourceName: null }],
        message: UNRESOLVED,
      },
      {
        path: ['nobody'],
        data: null,
        errorType: 'NotFound',
        errorInfo: notFound('There is no Patient/nobody'),
        locations: [{ line: 3, column: 7, sourceName: null }],
        message: 'There is no Patient/nobody',
      },
    ])
  })

  it('may be sent by GET', async () => {
    const parameters = new URLSearchParams({
      query: 'query A($id: ID!) { Patient(id: $id) { id } } query B { __typename }',
      operationName: 'A',
      variables: '{"id":"olaf"}',
    })
    const { body } = await exchange({ method: 'GET', url: `?${parameters}` })
    expect(body).toEqual({ data: { Patient: { id: 'olaf' } } })
  })

  it('may ask for the schema', async () => {
    const { data } = await send(getIntrospectionQuery())
    expect(data.__schema.queryType).toEqual({ name: 'Query', kind: 'OBJECT' })
  })
})

describe('a mutation', () => {
  it('writes what it was given', async () => {
    const query = `mutation M($res: PatientInput!, $bundle: AWSJSON!) {
      PatientCreate(res: $res) { id name { family given } }
      transaction(bundle: $bundle)
      PatientDelete(id: "nothing") { issue { diagnostics } }
    }`
    const bundle = JSON.stringify({
      resourceType: 'Bundle',
      type: 'batch',
      entry: [{ request: { method: 'GET', url: 'Patient/olaf' } }],
    })
    const { data, errors } = await send(query, { res: { name: { family: 'App', given: 'Sync' } }, bundle })
    expect(errors).toBeUndefined()
    expect({ ...data, transaction: JSON.parse(data.transaction) }).toMatchObject({
      PatientCreate: { id: 'id-1', name: [{ family: 'App', given: ['Sync'] }] },
      transaction: { type: 'batch-response', entry: [{ resource: { id: 'olaf' } }] },
      PatientDelete: { issue: [{ diagnostics: 'There was no Patient/nothing to delete' }] },
    })
  })

  it('of the gateway’s own is refused to others', async () => {
    const query = `mutation {
      publishResourceChange(
        tenant: "t" resourceType: "Patient" id: "1" versionId: "1" lastUpdated: "x" interaction: "update"
      ) { id }
    }`
    const message = 'Not Authorized to access publishResourceChange on type Mutation'
    expect((await send(query)).errors).toMatchObject([{ errorType: 'Unauthorized', message }])
  })
})

describe('a request that can’t be run', () => {
  const refusal = async (request: Partial<Parameters<HttpHandler>[0]>) => {
    const { status, body } = await exchange(request)
    return [
      status,
      body.data,
      body.errors.map(({ errorType, message }: Record<string, string>) => [errorType, message]),
    ]
  }
  const json = (text: string) => ({ headers: { 'content-type': 'application/json' }, body: Buffer.from(text) })

  it('says why', async () => {
    expect(await refusal(json('{'))).toEqual([400, null, [['MalformedHttpRequestException', 'The body must be JSON']]])
    expect(await refusal(json('{}'))).toEqual([
      400,
      null,
      [['MalformedHttpRequestException', 'GraphQL needs a document as text in query']],
    ])
    expect(await refusal(json('{"query":"{"}'))).toEqual([
      400,
      null,
      [['MalformedHttpRequestException', 'Syntax Error: Expected Name, found <EOF>.']],
    ])
    expect(await refusal({ headers: { 'content-type': 'text/plain' }, body: Buffer.from('x') })).toEqual([
      415,
      null,
      [['MalformedHttpRequestException', 'Content-Type "text/plain" is not taken: send application/json.']],
    ])
    expect(await refusal(json('{"query":"{ Patient(id: 1) { nothing } }"}'))).toEqual([
      200,
      null,
      [['ValidationException', 'Cannot query field "nothing" on type "Patient".']],
    ])
    const deep = `{ PatientList { ${'extension { '.repeat(80)} url ${'} '.repeat(80)} } }`
    expect(await refusal(json(JSON.stringify({ query: deep })))).toEqual([
      400,
      null,
      [['ExecutionLimitReached', 'The query depth limit of 25 is exceeded: 82.']],
    ])
    const deeper = `{ ${'... { '.repeat(4000)} __typename ${'} '.repeat(4000)} }`
    expect(await refusal(json(JSON.stringify({ query: deeper })))).toEqual([
      400,
      null,
      [['ExecutionLimitReached', 'The query has too many brackets inside of each other.']],
    ])
    expect(await refusal({ method: 'GET', url: '?query=mutation{PatientDelete(id:1){id}}' })).toEqual([
      400,
      null,
      [['BadRequest', 'Mutations are sent by POST.']],
    ])
    expect(await refusal(json('{"query":"subscription { onResourceChange { id } }"}'))).toEqual([
      400,
      null,
      [['UnsupportedOperation', 'Subscriptions go over the WebSocket of this endpoint.']],
    ])
  })
})
