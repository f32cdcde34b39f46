import { beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '#service/index.ts'
import { appsyncEvent, type EventParts } from '#test/support/appsync-events.ts'
import { fakeService } from '#test/support/fake-service.ts'
import { CORPUS, type GraphqlWorld, graphqlWorld } from '#test/support/graphql-world.ts'
import { testCall } from '#test/support/test-call.ts'
import { createResolversDoor } from './door.ts'

let world: GraphqlWorld

beforeAll(async () => {
  world = graphqlWorld()
  await world.put(...CORPUS)
})

const call = testCall({ door: 'graphql' })

const send = (event: unknown) => createResolversDoor(world.service)(event, call)
const query = (field: string, parts: EventParts) => send(appsyncEvent('Query', field, parts))

const failure = (errorType: string, category: string, code: string, message: string, ...expression: string[]) => ({
  error: {
    message,
    errorType,
    errorInfo: {
      category,
      resource: {
        resourceType: 'OperationOutcome',
        issue: [{ severity: 'error', code, diagnostics: message, ...(expression.length > 0 && { expression }) }],
      },
    },
  },
})

describe('a root field', () => {
  it('comes with keys by field name, aliases united, numbers plain', async () => {
    const selection = `{
      a: name { family } b: name { given }
      contained { ... on Practitioner { id } }
      x: birthDate
    }`
    expect(await query('Patient', { arguments: { id: 'anna' }, selection })).toEqual({
      data: {
        name: [
          { family: 'Chalmers', given: ['Peter', 'James'] },
          { family: null, given: ['Jim'] },
          { family: 'Windsor', given: ['Peter', 'James'] },
        ],
        contained: [{ __typename: 'Practitioner', __embedded: true, id: 'gp' }],
        birthDate: '1974-12-25',
      },
    })
    const list = await query('ObservationList', {
      arguments: { _sort: '_id', status: null, _id: ['weight'] },
      selection: '{ valueQuantity { value } }',
    })
    expect(list).toEqual({ data: [{ valueQuantity: { value: 120.5 } }] })
  })

  it('carries what is prefetched under the arguments of each alias', async () => {
    const selection = `{
      subject {
        resource { ... on Patient { id } }
        none: resource(type: "Group", optional: $no) { __typename }
        again: resource { ... on Patient { birthDate } }
      }
    }`
    const variables = { no: null }
    expect(await query('Observation', { arguments: { id: 'weight' }, selection, variables })).toEqual({
      data: {
        subject: {
          reference: 'Patient/anna',
          type: null,
          'resource()': { data: { __typename: 'Patient', id: 'anna', birthDate: '1974-12-25' } },
          'resource({"type":["Group"]})': { data: null },
        },
      },
    })
  })

  it('carries reverse lists, and failures where they belong', async () => {
    const selection = `{
      ConditionList(_reference: "patient", _count: 5) { id }
      CoverageList(_reference: "x") { id }
      managingOrganization { resource { __typename } }
    }`
    const message = 'The reference cannot be resolved here; with optional: true that is no error'
    const unknown =
      '"x" is no reference parameter from Coverage to Patient; there are: beneficiary, patient, payor, policy-holder, subscriber'
    expect(await query('Patient', { arguments: { id: 'olaf' }, selection })).toEqual({
      data: {
        id: 'olaf',
        'ConditionList({"_count":["5"],"_reference":["patient"]})': { data: [{ id: 'cough' }] },
        'CoverageList({"_reference":["x"]})': failure('BadRequest', 'invalid', 'value', unknown, '_reference'),
        managingOrganization: {
          reference: 'Organization/missing',
          type: null,
          'resource()': failure('NotFound', 'not-found', 'not-found', message),
        },
      },
    })
  })

  it('is everything plain where a fragment without a body is spread', async () => {
    const selection = '{ ...Unknown generalPractitioner { resource { ... on Practitioner { id } } } }'
    const inside = {
      resourceType: 'Practitioner',
      id: 'gp',
      name: [{ family: 'Inside' }],
      __typename: 'Practitioner',
      __embedded: true,
    }
    const adam = (await world.service.read(call, { type: 'Practitioner', id: 'adam' })) as unknown as {
      version: { content(): JsonObject }
    }
    const anna = (await world.service.read(call, { type: 'Patient', id: 'anna' })) as unknown as {
      version: { content(): JsonObject }
    }
    expect(await query('Patient', { arguments: { id: 'anna' }, selection })).toEqual({
      data: {
        ...anna.version.content(),
        contained: [inside],
        generalPractitioner: [
          {
            reference: 'Practitioner/adam',
            'resource()': { data: { ...adam.version.content(), __typename: 'Practitioner' } },
          },
          {
            reference: '#gp',
            display: 'Contained',
            __contained: inside,
            'resource()': { data: inside },
          },
        ],
      },
    })
  })

  it('of a connection is whole, fragments or not', async () => {
    const page = { arguments: { _sort: '-_id', _count: 1 } }
    const connection = { count: 2, offset: 0, pagesize: 1, previous: null }
    const known = await query('ConditionConnection', { ...page, selection: '{ edges { resource { id } } }' })
    expect(known).toEqual({ data: { edges: [{ resource: { id: 'cough' } }] } })
    const unknown = await query('PatientConnection', { ...page, selection: '{ ...Unknown }' })
    expect(unknown).toMatchObject({
      data: { ...connection, edges: [{ mode: 'match', score: null, resource: { id: 'olaf', gender: 'male' } }] },
    })
  })

  it('writes', async () => {
    const created = await send(
      appsyncEvent('Mutation', 'PatientCreate', {
        arguments: { res: { active: true, gender: null, name: [{ family: 'Event' }] } },
        selection: '{ id active name { family } }',
      }),
    )
    expect(created).toEqual({ data: { id: 'id-1', active: true, name: [{ family: 'Event' }] } })
    const bundle = '{"resourceType":"Bundle","type":"batch"}'
    const transaction = await send(appsyncEvent('Mutation', 'transaction', { arguments: { bundle } }))
    expect(transaction).toMatchObject({ data: { resourceType: 'Bundle', type: 'batch-response' } })
  })

  it('that fails is an error with its outcome', async () => {
    expect(await query('Patient', { arguments: { id: 'nobody' }, selection: '{ id }' })).toEqual(
      failure('NotFound', 'not-found', 'not-found', 'There is no Patient/nobody'),
    )
    expect(await query('Patient', { selection: '{ id }' })).toEqual(
      failure('BadRequest', 'invalid', 'invalid', 'The required argument "id" of field "Patient" has no value'),
    )
    expect(await query('Nothing', { selection: '{ id }' })).toEqual(
      failure('Unsupported', 'unsupported', 'not-supported', 'The field "Nothing" is not supported here'),
    )
    expect(await query('Patient', { arguments: { id: '1' }, selection: '{ nothing }' })).toEqual(
      failure('BadRequest', 'invalid', 'invalid', 'Cannot query field "nothing" on type "Patient".'),
    )
    expect(await send({ info: {} })).toMatchObject({ error: { errorType: 'BadRequest' } })
  })

  it('that meets a bug tells nothing but its request', async () => {
    const broken = fakeService({
      graphqlField: async () => {
        throw new TypeError('secret')
      },
    })
    const event = appsyncEvent('Query', 'Patient', { arguments: { id: '1' } })
    const message = 'Internal error. Request id: request-1'
    expect(await createResolversDoor(broken)(event, call)).toEqual({
      error: {
        message,
        errorType: 'InternalError',
        errorInfo: {
          resource: {
            resourceType: 'OperationOutcome',
            issue: [{ severity: 'fatal', code: 'exception', diagnostics: message }],
          },
        },
      },
    })
  })
})

describe('a batch of fields below the root', () => {
  const reference = (text: string, parts: EventParts = {}) =>
    appsyncEvent('Reference', 'resource', {
      source: { reference: text },
      selection: '{ ... on Patient { id } ... on Organization { name } }',
      ...parts,
    })

  it('is read at once, each with its own outcome', async () => {
    world.portCalls.reset()
    const message = 'The reference cannot be resolved here; with optional: true that is no error'
    expect(
      await send([
        reference('Patient/anna'),
        reference('Organization/acme'),
        reference('Patient/nobody'),
        reference('Patient/nobody', { arguments: { optional: true } }),
        reference('#x', { source: { reference: '#x', __contained: { resourceType: 'Patient', id: 'x' } } }),
        reference('#'),
        appsyncEvent('Patient', 'name', { source: { id: 'x' }, selection: '{ family }' }),
      ]),
    ).toEqual([
      { data: { __typename: 'Patient', id: 'anna' } },
      { data: { __typename: 'Organization', name: 'Acme' } },
      failure('NotFound', 'not-found', 'not-found', message),
      { data: null },
      { data: { __typename: 'Patient', __embedded: true, id: 'x' } },
      failure('NotFound', 'not-found', 'not-found', message),
      failure('Unsupported', 'unsupported', 'not-supported', 'The field "Patient.name" is not resolved by itself'),
    ])
    expect(world.portCalls).toMatchObject({ searches: 0, reads: 1 })
  })

  it('of reverse lists is one search', async () => {
    world.portCalls.reset()
    const list = (source: JsonObject) =>
      appsyncEvent('Patient', 'ConditionList', {
        source,
        arguments: { _reference: 'patient', _sort: null },
        selection: '{ id }',
      })
    expect(await send([list({ id: 'anna' }), list({ id: 'olaf' }), list({ id: 'olaf', __embedded: true })])).toEqual([
      { data: [] },
      { data: [{ id: 'cough' }] },
      { data: [] },
    ])
    expect(world.portCalls).toMatchObject({ searches: 1, reads: 1 })
  })
})

describe('a subscription', () => {
  const subscribe = (given: Readonly<Record<string, unknown>>) =>
    send(appsyncEvent('SubscriptionRoot', 'onResourceChange', { arguments: given, selection: '{ id }' }))

  it('comes with the filter for AppSync to apply', async () => {
    expect(await subscribe({ resourceType: 'Observation', id: null, patient: 'anna' })).toEqual({
      data: {
        tenant: { eq: call.tenant },
        resourceType: { eq: 'Observation' },
        compartments: { containsAny: ['Patient/anna'] },
      },
    })
    expect(await subscribe({ resourceType: 'Patient', id: 'anna' })).toEqual({
      data: { tenant: { eq: call.tenant }, resourceType: { eq: 'Patient' }, id: { eq: 'anna' } },
    })
  })

  it('is refused as any other field is', async () => {
    expect(await subscribe({ resourceType: 'Pation' })).toEqual(
      failure('NotFound', 'not-found', 'not-supported', "FHIR R4 (4.0.1) has no resource type 'Pation'"),
    )
    expect(await subscribe({ resourceType: 7 })).toEqual(
      failure('BadRequest', 'invalid', 'invalid', 'resourceType takes text', 'resourceType'),
    )
    expect(await send(appsyncEvent('SubscriptionRoot', 'onPatient'))).toEqual(
      failure('BadRequest', 'invalid', 'invalid', 'There is no subscription onPatient'),
    )
  })
})
