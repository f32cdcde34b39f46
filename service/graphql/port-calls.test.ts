import { beforeEach, describe, expect, it } from 'vitest'
import { CORPUS, type GraphqlWorld, graphqlWorld } from '#test/support/graphql-world.ts'
import type { JsonValue } from '../resource/content.ts'

let world: GraphqlWorld

beforeEach(async () => {
  world = graphqlWorld()
  await world.put(...CORPUS)
})

describe('port calls', () => {
  it('are one search and one read of its hits for a list, one read for all references of a level', async () => {
    const observations = Array.from({ length: 50 }, (_, index) => ({
      resourceType: 'Observation',
      id: `o${index}`,
      status: 'final',
      code: { text: 'counted' },
      subject: { reference: `Patient/${index % 2 ? 'anna' : 'olaf'}` },
      performer: [{ reference: 'Practitioner/adam' }, { reference: `Organization/acme` }],
    }))
    await world.put(...observations)
    const data = (await world.data(`{
      ObservationList(performer: "Organization/acme", _count: 50) {
        subject { resource { ... on Patient { id } } }
        performer { resource { __typename ... on Practitioner { name { family } } } }
      }
    }`)) as { ObservationList: JsonValue[] }
    expect(data.ObservationList).toHaveLength(50)
    expect(data.ObservationList[1]).toEqual({
      subject: { resource: { id: 'anna' } },
      performer: [
        { resource: { __typename: 'Practitioner', name: [{ family: 'Careful' }] } },
        { resource: { __typename: 'Organization' } },
      ],
    })
    expect({ ...world.portCalls, reset: undefined }).toEqual({ searches: 1, reads: 2, reset: undefined })
  })

  it('are one for all reads at the root, and one for each kind of reverse list', async () => {
    await world.data(
      '{ a: Patient(id: "anna") { id } b: Patient(id: "olaf") { id } c: Organization(id: "acme") { id } }',
    )
    expect(world.portCalls).toMatchObject({ searches: 0, reads: 1 })
    world.portCalls.reset()
    await world.data(`{
      PatientList { ConditionList(_reference: patient) { id } ObservationList(_reference: subject) { id } }
    }`)
    expect(world.portCalls).toMatchObject({ searches: 3, reads: 3 })
  })

  it('are five for the worked example of docs/implementation/graphql.md, however many match', async () => {
    for (const subject of ['Patient/anna', 'Patient/olaf', 'Patient/anna']) {
      await world.service.create(world.call, {
        type: 'Observation',
        content: {
          resourceType: 'Observation',
          status: 'final',
          code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
          subject: { reference: subject },
          performer: [{ reference: 'Practitioner/adam' }],
        },
      })
    }
    world.portCalls.reset()
    const data = await world.data(`{
      ObservationList(code: "http://loinc.org|29463-7", _count: 50) {
        valueQuantity { value }
        subject { resource { ... on Patient { name { family } ConditionList(_reference: patient) { code { text } } } } }
        performer { resource { ... on Practitioner { id } } }
      }
    }`)
    expect(data).toMatchObject({ ObservationList: [{}, {}, { subject: { resource: { ConditionList: [{}] } } }, {}] })
    expect(world.portCalls).toMatchObject({ searches: 2, reads: 3 })
  })

  it('are none for what was read before', async () => {
    await world.data(`{
      Patient(id: "anna") {
        ObservationList(_reference: subject, code: "29463-7") { subject { resource { ... on Patient { id } } } }
      }
    }`)
    expect(world.portCalls).toMatchObject({ searches: 1, reads: 2 })
  })
})
