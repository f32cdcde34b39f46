/** R4 graphql.html, its second half: searches, operations, directives and mutations, asked of `$graphql` over REST. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  EXAMPLE,
  type GraphqlAnswer,
  type GraphqlPageWorld,
  openGraphqlPageWorld,
} from '#test/support/graphql-page-world.ts'

let world: GraphqlPageWorld

beforeAll(async () => {
  world = await openGraphqlPageWorld()
})

afterAll(() => world.close())

describe('searches', () => {
  it('list what matches, with arguments named after the search parameters', async () => {
    expect(await world.ofSystem('{ ConditionList(clinical_status: relapse, patient: example) { id } }')).toEqual({
      ConditionList: [{ id: 'c1' }],
    })
  })

  it('take scalars of every kind, and lists as alternatives', async () => {
    expect(await world.ofSystem('{ PatientList(_id: [1, 2, example], _sort: "_id") { id } }')).toEqual({
      PatientList: [{ id: '2' }, { id: 'example' }],
    })
    expect(await world.ofSystem('{ PatientList(active: true) { id } }')).toEqual({ PatientList: [{ id: 'example' }] })
    expect(await world.ofSystem('{ ObservationList(value_quantity: 185) { id } }')).toEqual({
      ObservationList: [{ id: 'example' }],
    })
  })

  it('evaluate FHIRPath on what matches', async () => {
    const query = '{ ConditionList(patient: example, fhirpath: "code.text.endsWith(\'3\')") { id } }'
    expect(await world.ofSystem(query)).toEqual({ ConditionList: [{ id: 'c3' }] })
    expect(await world.ofSystem('{ ConditionList(fhirpath: "id != \'c1\'", _count: 1, _sort: "_id") { id } }')).toEqual(
      {
        ConditionList: [{ id: 'c2' }],
      },
    )
  })

  it('do not know _include, _revinclude, _contained, _containedType and _has, and say what is there instead', async () => {
    const advice = {
      _include: ' Did you mean to select "resource" of a reference?',
      _revinclude: ' Did you mean a list inside of the resource: ConditionList(_reference: "patient")?',
      _contained: '',
      _containedType: '',
      _has: ' Did you mean _filter: "_has:Condition:patient:code eq x"?',
    }
    for (const [name, told] of Object.entries(advice)) {
      const query = encodeURIComponent(`{ PatientList(${name}: "x") { id } }`)
      const { body } = await world.send(`GET /$graphql?query=${query}`)
      expect(body).toMatchObject({
        errors: [{ message: `Unknown argument "${name}" on field "Query.PatientList".${told}` }],
      })
    }
  })
})

describe('connections', () => {
  interface Page {
    readonly first: string
    readonly previous: string | null
    readonly next: string | null
    readonly last: string
    readonly edges: readonly { readonly resource: { readonly id: string } }[]
  }
  const FIELDS = 'count offset pagesize first previous next last edges { mode, score, resource { id } }'
  const page = async (given: string) => {
    const data = await world.ofSystem(`{ ConditionConnection(${given}) { ${FIELDS} } }`)
    return (data as { ConditionConnection: Page }).ConditionConnection
  }
  const idsOf = ({ edges }: Page) => edges.map(({ resource }) => resource.id)
  const at = (cursor: string | null) => page(`_cursor: "${cursor}"`)

  it('lead from page to page, and back', async () => {
    const first = await page('patient: example, _sort: "_id", _count: 1')
    expect(first).toEqual({
      count: 3,
      offset: 0,
      pagesize: 1,
      first: expect.any(String),
      previous: null,
      next: expect.any(String),
      last: expect.any(String),
      edges: [{ mode: 'match', score: null, resource: { id: 'c1' } }],
    })
    const second = await at(first.next)
    const third = await at(second.next)
    expect([first, second, third].map(idsOf)).toEqual([['c1'], ['c2'], ['c3']])
    expect([third.next, third]).toMatchObject([null, { offset: 2, count: 3, pagesize: 1 }])
    const back = await at(third.previous)
    const start = await at(back.previous)
    expect([back, start].map(each => ({ ...each, next: null, previous: null }))).toEqual([
      { ...second, next: null, previous: null },
      { ...first, next: null },
    ])
    expect(start.previous).toBeNull()
    expect([idsOf(await at(back.next)), idsOf(await at(back.first))]).toEqual([['c3'], ['c1']])
  })

  it('begin at their end as well', async () => {
    const first = await page('patient: example, _sort: "_id", _count: 2')
    const last = await at(first.last)
    expect(last).toMatchObject({ offset: 1, count: 3, next: null, last: first.last })
    const rest = await at(last.previous)
    expect([idsOf(last), idsOf(rest)]).toEqual([['c2', 'c3'], ['c1']])
    expect(rest).toMatchObject({ offset: 0, previous: null })
    const uncounted = `{ ConditionConnection(_cursor: "${first.last}") { offset edges { resource { id } } } }`
    expect(await world.ofSystem(uncounted)).toMatchObject({ ConditionConnection: { offset: null } })
  })

  it('that are one page begin and end there', async () => {
    const only = await page('patient: example')
    expect([only.previous, only.next]).toEqual([null, null])
    expect(only.last).toBe(only.first)
  })

  it('may have shorter pages where FHIRPath is evaluated on them, and no count', async () => {
    const first = await page('fhirpath: "id = \'c2\'", _sort: "_id", _count: 1')
    const second = await at(first.next)
    expect([first, await at(first.first), second].map(idsOf)).toEqual([[], [], ['c2']])
    expect(first).toMatchObject({ count: null })
  })

  it('take nothing but the cursor', async () => {
    const { next } = await page('_count: 1')
    const { data, errors } = await world.ask('', `{ ConditionConnection(_cursor: "${next}", _count: 2) { count } }`)
    expect([data, errors?.length]).toEqual([{ ConditionConnection: null }, 1])
  })
})

describe('reverse references', () => {
  it('are searches with the parameter that points here', async () => {
    const lists = '{ active ConditionList(_reference: patient, clinical_status: active, _sort: "_id") { id } }'
    expect(await world.ofPatient(lists)).toEqual({ active: true, ConditionList: [{ id: 'c2' }, { id: 'c3' }] })
    const filtered = '{ ConditionList(_reference: patient, fhirpath: "id = \'c3\'", _count: 5) { id } }'
    expect(await world.ofPatient(filtered)).toEqual({ ConditionList: [{ id: 'c3' }] })
    const pages = '{ ConditionConnection(_reference: patient, _count: 2) { count next edges { resource { id } } } }'
    expect(await world.ofPatient(pages)).toMatchObject({
      ConditionConnection: { count: 3, next: expect.any(String), edges: [{}, {}] },
    })
  })

  it('need the parameter, and take no cursor', async () => {
    const messageOf = async (query: string) => {
      const { body } = await world.send(`GET /Patient/example/$graphql?query=${encodeURIComponent(query)}`)
      return (body as GraphqlAnswer).errors?.map(({ message }) => message)
    }
    expect(await messageOf('{ ConditionList { id } }')).toEqual([
      'Field "ConditionList" argument "_reference" of type "String!" is required, but it was not provided.',
    ])
    expect(await messageOf('{ ConditionConnection(_reference: patient, _cursor: "x") { count } }')).toEqual([
      'Unknown argument "_cursor" on field "Patient.ConditionConnection".',
    ])
    expect(await messageOf('{ ConditionList(_reference: code) { id } }')).toEqual([
      expect.stringContaining('"code" is no reference parameter from Condition to Patient; there are:'),
    ])
  })
})

describe('operations', () => {
  it('may be asked for a part of their result', async () => {
    const document = '{ total: entry(_count: 2) { resource { __typename ... on Condition { id } } } }'
    const everything = `GET /Patient/example/$everything?_type=Condition&_graphql=${encodeURIComponent(document)}`
    const { status, body } = await world.send(everything)
    expect([status, body]).toEqual([
      200,
      {
        data: { total: [{ resource: expect.objectContaining({ __typename: expect.any(String) }) }, expect.anything()] },
      },
    ])
    const validate = `POST /Patient/$validate?_graphql=${encodeURIComponent('{ issue { severity code } }')}`
    const answer = await world.send(validate, { body: EXAMPLE })
    expect(answer.body).toEqual({ data: { issue: [expect.objectContaining({ severity: 'information' })] } })
  })

  it('that fail say so themselves, and a document that is none is an error of GraphQL', async () => {
    const failed = await world.send('GET /Patient/nobody/$everything?_graphql={id}')
    expect([failed.status, failed.body]).toMatchObject([404, { resourceType: 'OperationOutcome' }])
    const refused = await world.send('GET /Patient/example/$everything?_graphql={nothing}')
    expect([refused.status, refused.body]).toMatchObject([
      400,
      { errors: [{ message: 'Cannot query field "nothing" on type "Bundle".' }] },
    ])
  })
})

describe('directives', () => {
  const flat = { system: ['urn:oid:1.2.36.146.595.217.0.1'], value: ['12345'], active: true }

  it.each([
    [
      '{ identifier @flatten { system value } active name @flatten { text given family } }',
      { ...flat, given: ['Peter', 'James', 'Jim', 'Peter', 'James'], family: ['Chalmers', 'Windsor'] },
    ],
    [
      '{ identifier @flatten { system value } active name @flatten { text given @first family } }',
      { ...flat, given: ['Peter', 'Jim', 'Peter'], family: ['Chalmers', 'Windsor'] },
    ],
    [
      '{ identifier @flatten { system @singleton value @singleton } active name @flatten @first { text given family @singleton } }',
      {
        system: 'urn:oid:1.2.36.146.595.217.0.1',
        value: '12345',
        active: true,
        given: ['Peter', 'James'],
        family: 'Chalmers',
      },
    ],
    [
      '{ identifier @flatten { system value } active name @flatten @slice(path: "use") { given family @singleton } }',
      {
        ...flat,
        'given.official': ['Peter', 'James'],
        'family.official': 'Chalmers',
        'given.usual': ['Jim'],
        'given.maiden': ['Peter', 'James'],
        'family.maiden': 'Windsor',
      },
    ],
    [
      '{ identifier @flatten { system value } active name @flatten @slice(path: "$index") { given family @singleton } }',
      {
        ...flat,
        'given.0': ['Peter', 'James'],
        'family.0': 'Chalmers',
        'given.1': ['Jim'],
        'given.2': ['Peter', 'James'],
        'family.2': 'Windsor',
      },
    ],
    [
      '{ name @slice(path: "use & \'-\' & given.first()") { family } }',
      {
        'name.official-Peter': [{ family: 'Chalmers' }],
        'name.usual-Jim': [{ family: null }],
        'name.maiden-Peter': [{ family: 'Windsor' }],
      },
    ],
  ])('%s', async (query, expected) => {
    expect(await world.ofPatient(query)).toEqual(expected)
  })

  it('@skip and @include leave out', async () => {
    expect(await world.ofPatient('{ id @skip(if: true) active @include(if: true) }')).toEqual({ active: true })
  })
})

describe('mutations', () => {
  it('create, whatever id was given; update; delete', async () => {
    const send = async (query: string) => {
      const headers = { 'content-type': 'application/json' }
      const { body } = await world.send('POST /$graphql', { headers, body: JSON.stringify({ query }) })
      return body as { data: Readonly<Record<string, Readonly<Record<string, unknown>> | null>> }
    }
    const { data: created } = await send('mutation { PatientCreate(res: { id: "mine", active: true }) { id active } }')
    const id = created.PatientCreate?.id
    expect([created, id === 'mine']).toEqual([{ PatientCreate: { id: expect.any(String), active: true } }, false])
    expect(await send(`mutation { PatientUpdate(id: "${id}", res: { active: false }) { active } }`)).toEqual({
      data: { PatientUpdate: { active: false } },
    })
    expect(await send(`mutation { PatientDelete(id: "${id}") { issue { severity } } }`)).toEqual({
      data: { PatientDelete: { issue: [{ severity: 'information' }] } },
    })
    expect(await send(`{ Patient(id: "${id}") { id } }`)).toMatchObject({
      data: { Patient: null },
      errors: [{ extensions: { category: 'gone' } }],
    })
  })
})
