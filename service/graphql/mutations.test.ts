import { beforeEach, describe, expect, it } from 'vitest'
import { CORPUS, type GraphqlWorld, graphqlWorld } from '#test/support/graphql-world.ts'
import { parseJson, stringifyJson } from '../resource/json.ts'

let world: GraphqlWorld

beforeEach(async () => {
  world = graphqlWorld()
  await world.put(...CORPUS)
})

describe('PatientCreate', () => {
  it('creates from a literal, in which one value may stand for a list', async () => {
    const data = await world.data(`mutation {
      PatientCreate(res: { active: true, gender: null, name: { family: "New", given: "Nora" } }) {
        __typename id active name { family given } meta { versionId }
      }
    }`)
    expect(data).toEqual({
      PatientCreate: {
        __typename: 'Patient',
        id: 'id-1',
        active: true,
        name: [{ family: 'New', given: ['Nora'] }],
        meta: { versionId: '1' },
      },
    })
    expect(world.ports.changes.at(-1)?.body).toBe(
      '{"resourceType":"Patient","id":"id-1","meta":{"versionId":"1","lastUpdated":"2024-02-29T12:00:00.000Z"},' +
        '"active":true,"name":[{"family":"New","given":["Nora"]}]}',
    )
  })

  it('creates from a variable, decimals as they were written', async () => {
    const res = parseJson(`{"status":"final","code":{"text":"x"},"valueQuantity":{"value":70.10},
      "contained":["{\\"resourceType\\":\\"Basic\\",\\"id\\":\\"b\\",\\"code\\":{\\"text\\":\\"y\\"}}"]}`)
    const query =
      'mutation M($res: ObservationInput!) { ObservationCreate(res: $res) { valueQuantity { value } contained { __typename } } }'
    const data = await world.data(query, { variables: { res } })
    expect(stringifyJson(data)).toBe(
      '{"ObservationCreate":{"valueQuantity":{"value":70.10},"contained":[{"__typename":"Basic"}]}}',
    )
    const literal =
      'mutation { ObservationCreate(res: { status: "final", code: { text: "x" }, valueQuantity: { value: 1.10 } }) { valueQuantity { value } } }'
    expect(stringifyJson(await world.data(literal))).toBe('{"ObservationCreate":{"valueQuantity":{"value":1.10}}}')
  })

  it('tells every issue of a resource that is none', async () => {
    const query = 'mutation M($res: PatientInput!) { PatientCreate(res: $res) { id } }'
    const { data, errors } = await world.query(query, {
      variables: { res: { birthDate: 'x', gender: 'y', nothing: 1 } },
    })
    expect(data).toEqual({ PatientCreate: null })
    expect(errors).toMatchObject([
      {
        path: ['PatientCreate'],
        extensions: {
          category: 'unprocessable',
          resource: {
            issue: [
              { expression: ['Patient.birthDate'] },
              { expression: ['Patient.gender'] },
              { expression: ['Patient.nothing'] },
            ],
          },
        },
      },
    ])
  })
})

describe('mutations', () => {
  it('run one after the other, each with what lies below it', async () => {
    const data = await world.data(`mutation {
      first: PatientUpdate(id: "olaf", res: { name: [{ family: "Second" }] }) { id meta { versionId } }
      condition: ConditionUpdate(id: "cold", res: { subject: { reference: "Patient/olaf" } }) {
        subject { resource { ... on Patient { name { family } } } }
      }
      third: PatientUpdate(id: olaf, res: { id: "olaf", resourceType: "Patient" }) {
        meta { versionId } ConditionList(_reference: patient, _sort: "_id") { id }
      }
      gone: ConditionDelete(id: "cold") { resourceType issue { severity code diagnostics } }
      never: ConditionDelete(id: "nothing") { issue { diagnostics } }
    }`)
    expect(data).toEqual({
      first: { id: 'olaf', meta: { versionId: '2' } },
      condition: { subject: { resource: { name: [{ family: 'Second' }] } } },
      third: { meta: { versionId: '3' }, ConditionList: [{ id: 'cold' }, { id: 'cough' }] },
      gone: {
        resourceType: 'OperationOutcome',
        issue: [{ severity: 'information', code: 'informational', diagnostics: 'Condition/cold was deleted' }],
      },
      never: { issue: [{ diagnostics: 'There was no Condition/nothing to delete' }] },
    })
  })

  it('fail each for itself', async () => {
    const { data, errors } = await world.query(`mutation {
      a: PatientUpdate(id: "olaf", res: { id: "anna" }) { id }
      b: PatientUpdate(id: "olaf", res: { active: true }) { active }
    }`)
    expect(data).toEqual({ a: null, b: { active: true } })
    expect(errors?.map(({ path, extensions }) => [path, extensions?.category])).toEqual([[['a'], 'invalid']])
  })

  it('take a transaction', async () => {
    const bundle = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [{ resource: { resourceType: 'Basic', code: { text: 'x' } }, request: { method: 'POST', url: 'Basic' } }],
    }
    const query = 'mutation M($bundle: AWSJSON!) { transaction(bundle: $bundle) }'
    for (const given of [bundle, JSON.stringify(bundle)]) {
      const data = await world.data(query, { variables: { bundle: given } })
      expect(data).toMatchObject({ transaction: { type: 'transaction-response', entry: [{ response: {} }] } })
    }
  })
})

it('refuses mutations where nothing may be changed, before any of them runs', async () => {
  const query =
    'query Read { Patient(id: "anna") { id } } mutation Remove { PatientDelete(id: "anna") { resourceType } }'
  const remove = await world.query(query, { operationName: 'Remove', mutations: 'refused' })
  expect(remove.data).toBeUndefined()
  expect(remove.errors?.map(({ message, extensions }) => [message, extensions?.category])).toEqual([
    ['Mutations are sent by POST.', 'method-not-allowed'],
  ])
  const read = await world.query(query, { operationName: 'Read', mutations: 'refused' })
  expect(read).toEqual({ data: { Patient: { id: 'anna' } } })
})
