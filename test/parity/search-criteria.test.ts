/** What a search asks for beside the parameters of its type, through REST, `$graphql` and the stand-in for AppSync. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startWorld, type World } from '#runtime/local/world.ts'

let world: World

const PATIENT = { reference: 'Patient/anna' }

const condition = (id: string, words: string, family: string) => ({
  resourceType: 'Condition',
  id,
  text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${words}</div>` },
  code: { text: family },
  subject: PATIENT,
})

const RESOURCES = [
  { resourceType: 'Patient', id: 'anna', gender: 'female' },
  condition('long', 'a cough at night, since the winter of last year', 'Cough'),
  condition('short', 'cough', 'Cough'),
  condition('other', 'headache', 'Migraine, without aura'),
  {
    resourceType: 'List',
    id: 'l',
    status: 'current',
    mode: 'working',
    entry: [{ item: { reference: 'Condition/other' } }, { item: PATIENT }],
  },
]

beforeAll(async () => {
  world = await startWorld({ config: { logLevel: 'silent' } })
  for (const resource of RESOURCES) {
    await fetch(`${world.baseUrl}/${resource.resourceType}/${resource.id}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify(resource),
    })
  }
})

afterAll(() => world.close())

interface Edge {
  readonly mode: string
  readonly score: number | null
  readonly resource: { readonly id: string }
}

async function ofRest(type: string, criteria: Readonly<Record<string, string>>): Promise<Edge[]> {
  const response = await fetch(`${world.baseUrl}/${type}?${new URLSearchParams(criteria)}`)
  type Entry = { readonly search: { mode: string; score?: number }; readonly resource: { readonly id: string } }
  const { entry = [] } = (await response.json()) as { entry?: Entry[] }
  return entry.map(({ search: { mode, score = null }, resource: { id } }) => ({ mode, score, resource: { id } }))
}

async function asked(url: string, query: string): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown }
  expect(errors).toBeUndefined()
  return data
}

const EDGES = '{ edges { mode score resource { id } } }'

const argumentsOf = (criteria: Readonly<Record<string, string>>): string =>
  Object.entries(criteria)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(', ')

const endpoints = () => [`${world.baseUrl}/$graphql`, world.graphqlUrl]

describe.each([
  [{ _text: 'cough', _sort: '-_score' }, ['short', 'long']],
  [{ _text: 'cough winter' }, ['long']],
  [{ _content: 'migraine' }, ['other']],
  [{ _content: 'cough', _sort: '_score' }, ['long', 'short']],
  [{ _list: 'l' }, ['other']],
])('Condition by %j', (criteria, ids) => {
  it('has the same matches and scores in connections as in a searchset', async () => {
    const expected = await ofRest('Condition', criteria)
    expect(expected.map(({ resource: { id } }) => id)).toEqual(ids)
    const isByWords = '_text' in criteria || '_content' in criteria
    for (const { score } of expected) expect(typeof score).toBe(isByWords ? 'number' : 'object')
    for (const url of endpoints()) {
      const query = `{ ConditionConnection(${argumentsOf(criteria)}) ${EDGES} }`
      expect(await asked(url, query), url).toEqual({ ConditionConnection: { edges: expected } })
    }
  })

  it('has the same matches in lists', async () => {
    for (const url of endpoints()) {
      const query = `{ ConditionList(${argumentsOf(criteria)}) { id } }`
      expect(await asked(url, query), url).toEqual({ ConditionList: ids.map(id => ({ id })) })
    }
  })

  it('has the same matches inside of what they refer to, on $graphql', async () => {
    const given = `_reference: patient, ${argumentsOf(criteria)}`
    const query = `{ Patient(id: anna) { ConditionList(${given}) { id } ConditionConnection(${given}) ${EDGES} } }`
    expect(await asked(`${world.baseUrl}/$graphql`, query)).toEqual({
      Patient: {
        ConditionList: ids.map(id => ({ id })),
        ConditionConnection: { edges: await ofRest('Condition', criteria) },
      },
    })
  })
})

it('several words of which any will do are a list, and chains and _has are said by _filter', async () => {
  for (const url of endpoints()) {
    const query = `{
      any: ConditionList(_text: ["winter", "headache"], _sort: "_id") { id }
      chain: ConditionList(_filter: "patient.gender eq female", _sort: "_id") { id }
      has: PatientList(_filter: "_has:Condition:patient:_id eq short") { id }
      none: PatientList(_filter: "_has:Condition:patient:_id eq nothing") { id }
    }`
    expect(await asked(url, query), url).toEqual({
      any: [{ id: 'long' }, { id: 'other' }],
      chain: [{ id: 'long' }, { id: 'other' }, { id: 'short' }],
      has: [{ id: 'anna' }],
      none: [],
    })
  }
})
