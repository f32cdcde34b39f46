import { beforeEach, describe, expect, it } from 'vitest'
import { CORPUS, type GraphqlWorld, graphqlWorld } from '#test/support/graphql-world.ts'

let world: GraphqlWorld

beforeEach(async () => {
  world = graphqlWorld()
  await world.put(...CORPUS)
})

const outcome = (severity: string, code: string, diagnostics: string, ...expression: string[]) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity, code, diagnostics, ...(expression.length > 0 && { expression }) }],
})

describe('reverse lists', () => {
  it('hold what refers to the resource', async () => {
    const data = await world.data(`{
      PatientList(_sort: "_id") {
        id
        ObservationList(_reference: patient, _sort: "-_id") { id }
        one: ObservationList(_reference: subject, _sort: "_id", _count: 1) { id }
        ConditionList(_reference: "asserter") { code { text } }
        ConditionConnection(_reference: patient) { count edges { resource { id } } }
        metres: ObservationList(_reference: patient, code_value_quantity: null, _id: "height") { id }
      }
    }`)
    expect(data).toEqual({
      PatientList: [
        {
          id: 'anna',
          ObservationList: [{ id: 'weight' }, { id: 'height' }],
          one: [{ id: 'height' }],
          ConditionList: [],
          ConditionConnection: { count: 0, edges: [] },
          metres: [{ id: 'height' }],
        },
        {
          id: 'olaf',
          ObservationList: [],
          one: [],
          ConditionList: [{ code: { text: 'Cough' } }],
          ConditionConnection: { count: 1, edges: [{ resource: { id: 'cough' } }] },
          metres: [],
        },
      ],
    })
  })

  it('of contained resources are empty: nothing can refer to them', async () => {
    const data = await world.data(`{
      Patient(id: "anna") { contained { ... on Practitioner { id ObservationList(_reference: performer) { id } } } }
    }`)
    expect(data).toEqual({ Patient: { contained: [{ id: 'gp', ObservationList: [] }] } })
  })

  it('name the parameters that there are', async () => {
    const { errors } = await world.query('{ Patient(id: "anna") { CoverageList(_reference: "x") { id } } }')
    expect(errors).toEqual([
      {
        message:
          '"x" is no reference parameter from Coverage to Patient; there are: beneficiary, patient, payor, policy-holder, subscriber',
        locations: [{ line: 1, column: 25 }],
        path: ['Patient', 'CoverageList'],
        extensions: {
          category: 'invalid',
          resource: outcome(
            'error',
            'value',
            '"x" is no reference parameter from Coverage to Patient; there are: beneficiary, patient, payor, policy-holder, subscriber',
            '_reference',
          ),
        },
      },
    ])
  })

  it('find each parent’s first matches where all together are too many for a page', async () => {
    const small = graphqlWorld({ limits: { pageSizeMax: 4 } })
    await small.put(...CORPUS)
    for (let index = 0; index < 9; index += 1) {
      const subject = { reference: index < 8 ? 'Patient/anna' : 'Patient/olaf' }
      await small.put({ resourceType: 'Condition', id: `c${index}`, subject })
    }
    const query = '{ PatientList(_sort: "_id") { ConditionList(_reference: patient, _sort: "_id", _count: 2) { id } } }'
    expect(await small.data(query)).toEqual({
      PatientList: [
        { ConditionList: [{ id: 'c0' }, { id: 'c1' }] },
        { ConditionList: [{ id: 'c8' }, { id: 'cough' }] },
      ],
    })
    const all = await small.query('{ PatientList(_sort: "_id") { ConditionList(_reference: patient) { id } } }')
    expect(all.data).toEqual({
      PatientList: [{ ConditionList: null }, { ConditionList: [{ id: 'cough' }, { id: 'c8' }] }],
    })
    expect(all.errors?.map(({ path, extensions }) => [path, extensions?.category])).toEqual([
      [['PatientList', 0, 'ConditionList'], 'too-costly'],
    ])
  })
})
