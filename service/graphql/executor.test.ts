import { beforeEach, describe, expect, it } from 'vitest'
import { CORPUS, type GraphqlWorld, graphqlWorld } from '#test/support/graphql-world.ts'
import type { JsonObject } from '../resource/content.ts'
import { stringifyJson } from '../resource/json.ts'

let world: GraphqlWorld

beforeEach(async () => {
  world = graphqlWorld()
  await world.put(...CORPUS)
})

const outcome = (severity: string, code: string, diagnostics: string, ...expression: string[]) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity, code, diagnostics, ...(expression.length > 0 && { expression }) }],
})

describe('fields of a resource', () => {
  it('come out under their response names, absent ones as null', async () => {
    const data = await world.data(`{
      Patient(id: "anna") {
        __typename resourceType id key: active gender
        name { use given }
        birthDate _birthDate { id extension { url valueDateTime } }
        contained { __typename ... on Practitioner { name { family } } }
      }
    }`)
    expect(data).toEqual({
      Patient: {
        __typename: 'Patient',
        resourceType: 'Patient',
        id: 'anna',
        key: true,
        gender: null,
        name: [
          { use: 'official', given: ['Peter', 'James'] },
          { use: 'usual', given: ['Jim'] },
          { use: 'maiden', given: ['Peter', 'James'] },
        ],
        birthDate: '1974-12-25',
        _birthDate: {
          id: null,
          extension: [{ url: 'http://example.org/time', valueDateTime: '1974-12-25T14:35:45-05:00' }],
        },
        contained: [{ __typename: 'Practitioner', name: [{ family: 'Inside' }] }],
      },
    })
    expect(Object.keys((data as { Patient: JsonObject }).Patient).slice(0, 5)).toEqual([
      '__typename',
      'resourceType',
      'id',
      'key',
      'gender',
    ])
  })

  it('keep the precision of decimals', async () => {
    const data = await world.data('{ ObservationList(_sort: "_id") { valueQuantity { value unit } } }')
    expect(stringifyJson(data)).toBe(
      '{"ObservationList":[{"valueQuantity":{"value":1.80,"unit":"m"}},{"valueQuantity":{"value":120.50,"unit":"kg"}}]}',
    )
  })

  it('are narrowed by list arguments', async () => {
    const data = await world.data(`{
      Patient(id: "anna") {
        official: name(use: official) { family }
        second: name(_offset: 1, _count: 1) { given }
        lastPeter: name(family: "Windsor", _offset: 0) { use }
        none: name(use: "nickname") { family }
      }
    }`)
    expect(data).toEqual({
      Patient: {
        official: [{ family: 'Chalmers' }],
        second: [{ given: ['Jim'] }],
        lastPeter: [{ use: 'maiden' }],
        none: [],
      },
    })
  })

  it('are chosen by fragments, directives and variables', async () => {
    const query = `
      query Q($id: ID!, $with: Boolean = false, $without: Boolean!) {
        Patient(id: $id) { ...Names id @skip(if: $without) active @include(if: $with) ... on Resource { __typename } }
      }
      fragment Names on Patient { name { ...Family } name { given } }
      fragment Family on HumanName { family }`
    const request = { variables: { id: 'olaf', without: true }, operationName: 'Q' }
    expect(await world.data(query, request)).toEqual({
      Patient: { name: [{ family: 'Berg, Olaf', given: null }], __typename: 'Patient' },
    })
  })
})

describe('references', () => {
  it('resolve to resources of any type, contained ones included', async () => {
    const data = await world.data(`{
      Patient(id: "anna") {
        managingOrganization { resource { __typename ... on Organization { name } } }
        generalPractitioner { display resource { ... on Practitioner { id name { family } } } }
      }
    }`)
    expect(data).toEqual({
      Patient: {
        managingOrganization: { resource: { __typename: 'Organization', name: 'Acme' } },
        generalPractitioner: [
          { display: null, resource: { id: 'adam', name: [{ family: 'Careful' }] } },
          { display: 'Contained', resource: { id: 'gp', name: [{ family: 'Inside' }] } },
        ],
      },
    })
  })

  it('may be asked for by type, without a fragment', async () => {
    const data = await world.data(`{
      ObservationList(_id: "weight") {
        subject { patient: resource(type: Patient) { birthDate } group: resource(type: Group) { quantity } }
      }
    }`)
    expect(data).toEqual({ ObservationList: [{ subject: { patient: { birthDate: '1974-12-25' }, group: null } }] })
  })

  it('to what is no type are errors of their own', async () => {
    const query = `{ ObservationList(_id: weight) { subject { a: resource(type: Practioner, optional: true) { id } } id } }`
    const { data, errors } = await world.query(query)
    expect(data).toEqual({ ObservationList: [{ subject: { a: null }, id: 'weight' }] })
    expect(errors?.map(({ message, path }) => [message, path])).toEqual([
      ['"Practioner" is no resource type', ['ObservationList', 0, 'subject', 'a']],
    ])
  })

  it('that lead nowhere are errors, unless they are optional', async () => {
    const result = await world.query(`{
      Patient(id: "olaf") {
        id
        managingOrganization {
          reference
          resource { ... on Organization { name } }
          maybe: resource(optional: true) { ... on Organization { name } }
        }
      }
    }`)
    const message = 'The reference cannot be resolved here; with optional: true that is no error'
    expect(result).toEqual({
      data: {
        Patient: {
          id: 'olaf',
          managingOrganization: { reference: 'Organization/missing', resource: null, maybe: null },
        },
      },
      errors: [
        {
          message,
          locations: [{ line: 6, column: 11 }],
          path: ['Patient', 'managingOrganization', 'resource'],
          extensions: { category: 'not-found', resource: outcome('error', 'not-found', message) },
        },
      ],
    })
  })

  it('with a version resolve to that version', async () => {
    await world.put({ resourceType: 'Practitioner', id: 'adam', name: [{ family: 'Married' }] })
    await world.put({
      resourceType: 'Observation',
      id: 'old',
      status: 'final',
      code: { text: 'x' },
      performer: [{ reference: 'Practitioner/adam/_history/1' }, { reference: 'Practitioner/adam' }],
    })
    const data = await world.data(
      '{ Observation(id: "old") { performer { resource { ... on Practitioner { name { family } } } } } }',
    )
    expect(data).toEqual({
      Observation: {
        performer: [{ resource: { name: [{ family: 'Careful' }] } }, { resource: { name: [{ family: 'Married' }] } }],
      },
    })
  })
})

describe('searches', () => {
  it('take lists as alternatives, and commas as part of a value', async () => {
    const data = await world.data(`{
      both: PatientList(_id: ["anna", "olaf"], _sort: "_id") { id }
      comma: PatientList(name: "Berg, Olaf") { id }
      active: PatientList(active: true) { id }
      loinc: ObservationList(code: "http://loinc.org|29463-7") { id }
      first: PatientList(_sort: "-_id", _count: 1) { id }
      none: PatientList(_count: 0) { id }
    }`)
    expect(data).toEqual({
      both: [{ id: 'anna' }, { id: 'olaf' }],
      comma: [{ id: 'olaf' }],
      active: [{ id: 'anna' }],
      loinc: [{ id: 'weight' }],
      first: [{ id: 'olaf' }],
      none: [],
    })
  })

  it('are paged by connections', async () => {
    const page = `count offset pagesize first previous next last edges { mode score resource { id } }`
    const first = (await world.data(`{ PatientConnection(_sort: "_id", _count: 1) { ${page} } }`)) as {
      PatientConnection: { first: string; next: string; last: string }
    }
    expect(first).toEqual({
      PatientConnection: {
        count: 2,
        offset: 0,
        pagesize: 1,
        first: expect.any(String),
        previous: null,
        next: expect.any(String),
        last: expect.any(String),
        edges: [{ mode: 'match', score: null, resource: { id: 'anna' } }],
      },
    })
    const query = `query ($cursor: String) { PatientConnection(_cursor: $cursor) { ${page} } }`
    const second = await world.data(query, { variables: { cursor: first.PatientConnection.next } })
    expect(second).toEqual({
      PatientConnection: {
        count: 2,
        offset: 1,
        pagesize: 1,
        first: first.PatientConnection.first,
        previous: expect.any(String),
        next: null,
        last: first.PatientConnection.last,
        edges: [{ mode: 'match', score: null, resource: { id: 'olaf' } }],
      },
    })
    const again = await world.data(query, { variables: { cursor: first.PatientConnection.first } })
    expect(again).toEqual({ PatientConnection: { ...first.PatientConnection, next: expect.any(String) } })
    const plain = 'query ($cursor: String) { PatientConnection(_cursor: $cursor) { edges { resource { id } } } }'
    expect(await world.data(plain, { variables: { cursor: first.PatientConnection.next } })).toEqual({
      PatientConnection: { edges: [{ resource: { id: 'olaf' } }] },
    })
  })

  it('refuse cursors that are none, or another search’s, or not alone', async () => {
    const messageOf = async (query: string) => (await world.query(query)).errors?.map(({ message }) => message)
    const { PatientConnection } = (await world.data('{ PatientConnection(_count: 1) { next } }')) as {
      PatientConnection: { next: string }
    }
    const { next } = PatientConnection
    expect(await messageOf('{ PatientConnection(_cursor: "x") { next } }')).toEqual([
      'The cursor was not made by this server',
    ])
    expect(await messageOf(`{ ConditionConnection(_cursor: "${next}") { next } }`)).toEqual([
      'The cursor belongs to a search of another type than Condition',
    ])
    expect(await messageOf(`{ PatientConnection(_cursor: "${next}", active: true) { next } }`)).toEqual([
      'With "_cursor" no other argument may be given: the cursor stands for the whole search',
    ])
  })

  it('are refused where more match than a list may hold', async () => {
    const small = graphqlWorld({ limits: { pageSizeMax: 1 } })
    await small.put(...CORPUS)
    const { data, errors } = await small.query('{ PatientList { id } }')
    expect(data).toEqual({ PatientList: null })
    expect(errors?.map(({ message, extensions }) => [message, extensions?.category])).toEqual([
      ['More than 1 Patient resources match: narrow the search, or page with PatientConnection', 'too-costly'],
    ])
  })

  it('tell what is wrong with their arguments', async () => {
    const { data, errors } = await world.query(`{
      a: PatientList(fhirpath: "1 +") { id }
      b: PatientList(_count: 5000) { id }
      c: PatientList(_id: []) { id }
      d: ObservationList(date: "yesterday") { id }
      e: PatientList(_id: "anna") { id }
    }`)
    expect(data).toEqual({ a: null, b: null, c: null, d: null, e: [{ id: 'anna' }] })
    expect(errors?.map(({ path, extensions }) => [path, extensions?.category])).toEqual([
      [['a'], 'invalid'],
      [['b'], 'invalid'],
      [['c'], 'invalid'],
      [['d'], 'invalid'],
    ])
  })
})

describe('at instance level', () => {
  const focus = { type: 'Patient', id: 'anna' }

  it('the fields of the resource are the root', async () => {
    const data = await world.data(
      '{ id name(use: usual) { given } ObservationList(_reference: patient, _count: 1) { id } }',
      {
        focus,
      },
    )
    expect(data).toEqual({ id: 'anna', name: [{ given: ['Jim'] }], ObservationList: [{ id: 'weight' }] })
  })

  it('there are no mutations, and nothing of what is not there', async () => {
    const mutation = await world.query('mutation { id }', { focus })
    expect(mutation.errors?.map(({ message }) => message)).toEqual(['The operation "mutation" is not supported here.'])
    const missing = await world.query('{ id }', { focus: { type: 'Patient', id: 'nobody' } })
    expect(missing).toEqual({
      errors: [
        {
          message: 'There is no Patient/nobody',
          extensions: {
            category: 'not-found',
            resource: outcome('error', 'not-found', 'There is no Patient/nobody'),
          },
        },
      ],
    })
  })
})

describe('what is not there', () => {
  it('is null with an error that says why', async () => {
    await world.service.delete(world.call, { type: 'Condition', id: 'cough' })
    const { data, errors } = await world.query(`{
      never: Patient(id: "nobody") { id }
      no: Patient(id: "no id") { id }
      number: Patient(id: 4.070390296506275e+16) { id }
      deleted: Condition(id: "cough") { id }
      there: Patient(id: "olaf") { id }
    }`)
    expect(data).toEqual({ never: null, no: null, number: null, deleted: null, there: { id: 'olaf' } })
    expect(errors?.map(({ path, message, extensions }) => [path, message, extensions?.category])).toEqual([
      [['never'], 'There is no Patient/nobody', 'not-found'],
      [['no'], 'There is no Patient/no id', 'not-found'],
      [['number'], 'There is no Patient/4.070390296506275e+16', 'not-found'],
      [['deleted'], 'Condition/cough was deleted; version 2 records that', 'gone'],
    ])
  })
})

describe('a policy', () => {
  it('hides resources from every field', async () => {
    const hidden = graphqlWorld({
      policy: {
        permits: (_call, interaction, type) => !(interaction === 'read' && type === 'Organization'),
        visible: (_call, type) =>
          type === 'Patient' ? { kind: 'not', node: { kind: 'id', ids: ['anna'] } } : { kind: 'everything' },
      },
    })
    const open = graphqlWorld()
    await open.put(...CORPUS)
    for (const change of open.ports.changes)
      await hidden.ports.store.commit(hidden.call.tenant, { changes: [change], deadline: 0 })
    const { data, errors } = await hidden.query(`{
      PatientList { id }
      Patient(id: "anna") { id }
      Observation(id: "weight") { subject { resource { __typename } maybe: resource(optional: true) { __typename } } }
      PractitionerList { PatientList(_reference: general_practitioner) { id } }
      PatientConnection { count edges { resource { id managingOrganization { resource { __typename } } } } }
    }`)
    expect(data).toEqual({
      PatientList: [{ id: 'olaf' }],
      Patient: null,
      Observation: { subject: { resource: null, maybe: null } },
      PractitionerList: [{ PatientList: [] }],
      PatientConnection: { count: 1, edges: [{ resource: { id: 'olaf', managingOrganization: { resource: null } } }] },
    })
    expect(errors?.map(({ path, extensions }) => [path, extensions?.category])).toEqual([
      [['Patient'], 'not-found'],
      [['Observation', 'subject', 'resource'], 'not-found'],
      [['PatientConnection', 'edges', 0, 'resource', 'managingOrganization', 'resource'], 'forbidden'],
    ])
  })
})
