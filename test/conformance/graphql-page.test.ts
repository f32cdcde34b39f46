/** R4 graphql.html from its top to its end: what it says, asked of `$graphql` over REST. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRestWorld, type RestWorld } from '#test/support/rest-world.ts'

/** The patient of the page's examples. */
const EXAMPLE = {
  resourceType: 'Patient',
  id: 'example',
  identifier: [{ use: 'usual', system: 'urn:oid:1.2.36.146.595.217.0.1', value: '12345' }],
  active: true,
  name: [
    { use: 'official', family: 'Chalmers', given: ['Peter', 'James'] },
    { use: 'usual', given: ['Jim'] },
    { use: 'maiden', family: 'Windsor', given: ['Peter', 'James'] },
  ],
  telecom: [
    { system: 'phone', value: '1', rank: 1 },
    { system: 'phone', value: '2', rank: 2 },
  ],
  birthDate: '1974-12-25',
  _birthDate: { extension: [{ url: 'http://example.org/time', valueDateTime: '1974-12-25T14:35:45-05:00' }] },
  extension: [
    { url: 'http://myextension.url/details', valueString: 'some value' },
    { url: 'http://myextension.url/other', valueString: 'another' },
  ],
}

const condition = (id: string, code: string) => ({
  resourceType: 'Condition',
  id,
  clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code }] },
  code: { text: `Condition ${id}` },
  subject: { reference: 'Patient/example' },
})

const RESOURCES = [
  EXAMPLE,
  { resourceType: 'Patient', id: '2', active: false, name: [{ family: 'Peters' }] },
  { resourceType: 'Group', id: 'g', type: 'person', actual: true, name: 'Everyone' },
  condition('c1', 'relapse'),
  condition('c2', 'active'),
  condition('c3', 'active'),
  {
    resourceType: 'Observation',
    id: 'example',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
    subject: { reference: 'Patient/example' },
    valueQuantity: { value: 185, unit: 'lbs' },
    performer: [{ reference: 'Practitioner/gone' }],
  },
  {
    resourceType: 'Observation',
    id: 'of-group',
    status: 'final',
    code: { text: 'Size' },
    subject: { reference: 'Group/g' },
  },
  {
    resourceType: 'List',
    id: 'long',
    status: 'current',
    mode: 'working',
    entry: Array.from({ length: 12 }, (_, index) => ({
      deleted: index % 2 === 0,
      item: { reference: `Patient/${index}` },
    })),
  },
]

let world: RestWorld

beforeAll(async () => {
  world = await openRestWorld()
  for (const body of RESOURCES) await world.send(`PUT /${body.resourceType}/${body.id}`, { body })
})

afterAll(() => world.close())

interface Answer {
  readonly data?: unknown
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly resource: unknown } }[]
}

async function ask(address: string, query: string): Promise<Answer> {
  const { status, body } = await world.send(`GET ${address}/$graphql?query=${encodeURIComponent(query)}`)
  expect(status).toBe(200)
  return body as Answer
}

async function dataOf(address: string, query: string): Promise<unknown> {
  const { data, errors } = await ask(address, query)
  expect(errors).toBeUndefined()
  return data
}

const ofPatient = (query: string) => dataOf('/Patient/example', query)
const ofSystem = (query: string) => dataOf('', query)

describe('invoking', () => {
  it('is by GET with a parameter, by POST with the document, by POST with JSON', async () => {
    const query = '{ Patient(id: example) { id, active } }'
    const expected = { data: { Patient: { id: 'example', active: true } } }
    const forms = [
      await world.send(`GET /$graphql?query=${encodeURIComponent(query)}`),
      await world.send('POST /$graphql', { headers: { 'content-type': 'application/graphql' }, body: query }),
      await world.send('POST /$graphql', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      }),
    ]
    for (const { status, body, headers } of forms) {
      expect([status, body, headers['Content-Type']]).toEqual([200, expected, 'application/json; charset=utf-8'])
    }
  })
})

describe('errors', () => {
  it('have a message, locations and an OperationOutcome, and no data where the document is refused', async () => {
    const query = encodeURIComponent('{ Patient(id: 1) { nothing } }')
    const { status, body } = await world.send(`GET /$graphql?query=${query}`)
    const message = 'Cannot query field "nothing" on type "Patient".'
    const issue = [{ severity: 'error', code: 'invalid', diagnostics: message }]
    expect([status, body]).toEqual([
      400,
      {
        errors: [
          {
            message,
            locations: [{ line: 1, column: 20 }],
            extensions: { category: 'invalid', resource: { resourceType: 'OperationOutcome', issue } },
          },
        ],
      },
    ])
  })

  it.each([
    ['GET /$graphql', undefined, undefined],
    ['POST /$graphql', 'application/json', '{'],
    ['POST /$graphql', 'application/json', '{"query":1}'],
    ['POST /$graphql', 'text/plain', '{ id }'],
  ])('%s that holds no document (%s, %s) is told of as GraphQL tells errors', async (line, type, body) => {
    const answer = await world.send(line, {
      headers: type === undefined ? {} : { 'content-type': type },
      ...(body !== undefined && { body }),
    })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(answer.headers['Content-Type']).toBe('application/json; charset=utf-8')
    expect(answer.body).toEqual({
      errors: [
        {
          message: expect.any(String),
          extensions: {
            category: expect.any(String),
            resource: { resourceType: 'OperationOutcome', issue: [expect.objectContaining({ severity: 'error' })] },
          },
        },
      ],
    })
  })

  it('are of the parts that failed, beside the data of the others', async () => {
    const { data, errors } = await ask('', '{ a: Patient(id: example) { id } b: Patient(id: nobody) { id } }')
    expect(data).toEqual({ a: { id: 'example' }, b: null })
    expect(errors).toMatchObject([{ message: 'There is no Patient/nobody', path: ['b'] }])
  })
})

describe('fields', () => {
  it('are those of FHIR, choices and the extensions of primitives by their JSON names', async () => {
    expect(await ofPatient('{ name { text given family } }')).toEqual({
      name: EXAMPLE.name.map(({ given, family = null }) => ({ text: null, given, family })),
    })
    expect(await dataOf('/Observation/example', '{ valueQuantity { value unit } }')).toEqual({
      valueQuantity: { value: 185, unit: 'lbs' },
    })
    expect(await ofPatient('{ birthDate _birthDate { extension {valueDateTime} } }')).toEqual({
      birthDate: '1974-12-25',
      _birthDate: { extension: [{ valueDateTime: '1974-12-25T14:35:45-05:00' }] },
    })
  })

  it('of primitives take no arguments', async () => {
    const query = encodeURIComponent('{ birthDate(_count: 1) }')
    const { body } = await world.send(`GET /Patient/example/$graphql?query=${query}`)
    expect(body).toMatchObject({ errors: [{ message: 'Unknown argument "_count" on field "Patient.birthDate".' }] })
  })
})

describe('lists', () => {
  it('are narrowed by FHIRPath', async () => {
    expect(await ofPatient('{ name(fhirpath: "family.exists()") { text given family } }')).toEqual({
      name: [
        { text: null, given: ['Peter', 'James'], family: 'Chalmers' },
        { text: null, given: ['Peter', 'James'], family: 'Windsor' },
      ],
    })
    expect(await ofPatient('{ name(fhirpath: "$index = 0") { family } }')).toEqual({ name: [{ family: 'Chalmers' }] })
    expect(await ofPatient('{ telecom(fhirpath: "rank > 1 and system = \'phone\'") { value } }')).toEqual({
      telecom: [{ value: '2' }],
    })
    const nested = '{ PatientList(_id: example) { name(fhirpath: "given.count() = 1") { given } } }'
    expect(await ofSystem(nested)).toEqual({ PatientList: [{ name: [{ given: ['Jim'] }] }] })
  })

  it('are narrowed by the value of a property', async () => {
    expect(await ofPatient('{ name(use: official) { family } telecom(rank: 2) { value } }')).toEqual({
      name: [{ family: 'Chalmers' }],
      telecom: [{ value: '2' }],
    })
    const query = '{ myext: extension(url: "http://myextension.url/details") { value : valueString } }'
    expect(await ofPatient(query)).toEqual({ myext: [{ value: 'some value' }] })
  })

  it('are cut by _offset and _count, after the filters', async () => {
    const entries = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => ({
        deleted: (from + index) % 2 === 0,
        item: { reference: `Patient/${from + index}` },
      }))
    const ofList = (query: string) => dataOf('/List/long', query)
    expect(await ofList('{ entry(_count: 5, _offset: 5) { deleted item { reference } } }')).toEqual({
      entry: entries(5, 10),
    })
    expect(await ofList('{ entry(_count: 5, _offset: 10) { deleted item { reference } } }')).toEqual({
      entry: entries(10, 12),
    })
    expect(await ofList('{ entry(_offset: 20) { deleted } }')).toEqual({ entry: [] })
    expect(await ofList('{ entry(deleted: true, _offset: 1, _count: 2) { item { reference } } }')).toEqual({
      entry: [{ item: { reference: 'Patient/2' } }, { item: { reference: 'Patient/4' } }],
    })
    expect(await ofList('{ entry(fhirpath: "deleted.not()", _offset: 1, _count: 1) { item { reference } } }')).toEqual({
      entry: [{ item: { reference: 'Patient/3' } }],
    })
  })

  it('tell of FHIRPath that is none, and of what it can’t be evaluated on', async () => {
    const query = encodeURIComponent('{ name(fhirpath: "family..exists()") { family } }')
    const { status, body } = await world.send(`GET /Patient/example/$graphql?query=${query}`)
    expect([status, body]).toMatchObject([400, { errors: [{ extensions: { category: 'invalid' } }] }])
    const { data, errors } = await ask('/Patient/example', '{ id name(fhirpath: "given.first() > 5") { family } }')
    expect(data).toEqual({ id: 'example', name: null })
    expect(errors).toMatchObject([
      { path: ['name'], message: 'The FHIRPath "given.first() > 5" can\'t be evaluated here' },
    ])
  })
})

describe('references', () => {
  const ofObservation = (query: string) => dataOf('/Observation/example', query)

  it('are followed, by fragments on types', async () => {
    const query = '{ id subject { reference resource { ...on Patient { birthDate } ...on Group { name } } } }'
    expect(await ofObservation(query)).toEqual({
      id: 'example',
      subject: { reference: 'Patient/example', resource: { birthDate: '1974-12-25' } },
    })
  })

  it('are followed by type, several side by side', async () => {
    const query = '{ subject { resource(type: Patient) { birthDate } resource(type: Group) { name } } }'
    expect(await ofObservation(query)).toEqual({ subject: { resource: { birthDate: '1974-12-25' } } })
    expect(await dataOf('/Observation/of-group', query)).toEqual({ subject: { resource: { name: 'Everyone' } } })
    const neither = '{ subject { resource(type: Device) { status } resource(type: Group) { name } } }'
    expect(await ofObservation(neither)).toEqual({ subject: { resource: null } })
    const aliased = '{ subject { a: resource(type: Patient) { birthDate } b: resource(type: Group) { name } } }'
    expect(await ofObservation(aliased)).toEqual({ subject: { a: { birthDate: '1974-12-25' }, b: null } })
  })

  it('that lead nowhere are an error, but where they are optional', async () => {
    expect(await ofObservation('{ performer { resource(optional: true) { __typename } } }')).toEqual({
      performer: [{ resource: null }],
    })
    const { data, errors } = await ask('/Observation/example', '{ performer { resource { __typename } } }')
    expect(data).toEqual({ performer: [{ resource: null }] })
    expect(errors).toMatchObject([
      { path: ['performer', 0, 'resource'], extensions: { resource: { issue: [{ code: 'not-found' }] } } },
    ])
  })
})

describe('searches', () => {
  it('list what matches, with arguments named after the search parameters', async () => {
    expect(await ofSystem('{ ConditionList(clinical_status: relapse, patient: example) { id } }')).toEqual({
      ConditionList: [{ id: 'c1' }],
    })
  })

  it('take scalars of every kind, and lists as alternatives', async () => {
    expect(await ofSystem('{ PatientList(_id: [1, 2, example], _sort: "_id") { id } }')).toEqual({
      PatientList: [{ id: '2' }, { id: 'example' }],
    })
    expect(await ofSystem('{ PatientList(active: true) { id } }')).toEqual({ PatientList: [{ id: 'example' }] })
    expect(await ofSystem('{ ObservationList(value_quantity: 185) { id } }')).toEqual({
      ObservationList: [{ id: 'example' }],
    })
  })

  it('evaluate FHIRPath on what matches', async () => {
    const query = '{ ConditionList(patient: example, fhirpath: "code.text.endsWith(\'3\')") { id } }'
    expect(await ofSystem(query)).toEqual({ ConditionList: [{ id: 'c3' }] })
    expect(await ofSystem('{ ConditionList(fhirpath: "id != \'c1\'", _count: 1, _sort: "_id") { id } }')).toEqual({
      ConditionList: [{ id: 'c2' }],
    })
  })

  it('do not know _include, _revinclude, _contained and _containedType', async () => {
    for (const name of ['_include', '_revinclude', '_contained', '_containedType']) {
      const query = encodeURIComponent(`{ PatientList(${name}: "x") { id } }`)
      const { body } = await world.send(`GET /$graphql?query=${query}`)
      expect(body).toMatchObject({ errors: [{ message: `Unknown argument "${name}" on field "Query.PatientList".` }] })
    }
  })
})

describe('connections', () => {
  interface Page {
    readonly first: string
    readonly previous: string | null
    readonly next: string | null
    readonly last: string | null
    readonly edges: readonly { readonly resource: { readonly id: string } }[]
  }
  const FIELDS = 'count offset pagesize first previous next last edges { mode, score, resource { id } }'
  const page = async (given: string) => {
    const data = await ofSystem(`{ ConditionConnection(${given}) { ${FIELDS} } }`)
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
      last: null,
      edges: [{ mode: 'match', score: null, resource: { id: 'c1' } }],
    })
    const second = await at(first.next)
    const third = await at(second.next)
    expect([first, second, third].map(idsOf)).toEqual([['c1'], ['c2'], ['c3']])
    expect([third.next, third]).toMatchObject([null, { offset: 2, count: 3, pagesize: 1 }])
    if (third.last === null) throw new Error('The last page knows that it is the last')
    expect(idsOf(await at(third.last))).toEqual(['c3'])
    const back = await at(third.previous)
    expect([idsOf(back), idsOf(await at(back.previous)), idsOf(await at(back.first))]).toEqual([['c2'], ['c1'], ['c1']])
    expect((await at(back.previous)).previous).toBeNull()
    expect(idsOf(await at(back.next))).toEqual(['c3'])
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
    const { data, errors } = await ask('', `{ ConditionConnection(_cursor: "${next}", _count: 2) { count } }`)
    expect([data, errors?.length]).toEqual([{ ConditionConnection: null }, 1])
  })
})

describe('reverse references', () => {
  it('are searches with the parameter that points here', async () => {
    const lists = '{ active ConditionList(_reference: patient, clinical_status: active, _sort: "_id") { id } }'
    expect(await ofPatient(lists)).toEqual({ active: true, ConditionList: [{ id: 'c2' }, { id: 'c3' }] })
    const filtered = '{ ConditionList(_reference: patient, fhirpath: "id = \'c3\'", _count: 5) { id } }'
    expect(await ofPatient(filtered)).toEqual({ ConditionList: [{ id: 'c3' }] })
    const pages = '{ ConditionConnection(_reference: patient, _count: 2) { count next edges { resource { id } } } }'
    expect(await ofPatient(pages)).toMatchObject({
      ConditionConnection: { count: 3, next: expect.any(String), edges: [{}, {}] },
    })
  })

  it('need the parameter, and take no cursor', async () => {
    const messageOf = async (query: string) => {
      const { body } = await world.send(`GET /Patient/example/$graphql?query=${encodeURIComponent(query)}`)
      return (body as Answer).errors?.map(({ message }) => message)
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
    expect(await ofPatient(query)).toEqual(expected)
  })

  it('@skip and @include leave out', async () => {
    expect(await ofPatient('{ id @skip(if: true) active @include(if: true) }')).toEqual({ active: true })
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
