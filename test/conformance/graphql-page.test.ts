/** R4 graphql.html, its first half: what it says of fields, lists and references, asked of `$graphql` over REST. */
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

  it('say what may have been meant by a name that is unknown', async () => {
    const messagesOf = async (query: string) => {
      const { body } = await world.send(`GET /$graphql?query=${encodeURIComponent(query)}`)
      return (body as GraphqlAnswer).errors?.map(({ message }) => message)
    }
    expect(await messagesOf('{ PatentList(nme: "x", _cout: 1) { id } }')).toEqual([
      'Cannot query field "PatentList" on type "Query". Did you mean "PatientList"?',
    ])
    const inside = '{ PatientList(nme: "x", qqqqqq: 1) { name { famly } ConditionLst(_reference: patient) { id } } }'
    expect(await messagesOf(inside)).toEqual([
      'Unknown argument "nme" on field "Query.PatientList". Did you mean "name"?',
      'Unknown argument "qqqqqq" on field "Query.PatientList".',
      'Cannot query field "famly" on type "HumanName". Did you mean "family"?',
      'Cannot query field "ConditionLst" on type "Patient". Did you mean "ConditionList"?',
    ])
    const mutation = JSON.stringify({ query: 'mutation { PatientCraete(res: {}) { id } }' })
    const headers = { 'content-type': 'application/json' }
    expect((await world.send('POST /$graphql', { headers, body: mutation })).body).toMatchObject({
      errors: [{ message: 'Cannot query field "PatientCraete" on type "Mutation". Did you mean "PatientCreate"?' }],
    })
  })

  it('of JSON that is none name the variable, or the place of the literal', async () => {
    const send = async (query: string, variables: object) => {
      const body = JSON.stringify({ query, variables })
      const { status, body: answer } = await world.send('POST /$graphql', {
        headers: { 'content-type': 'application/json' },
        body,
      })
      const { data, errors } = answer as { data?: unknown; errors: { message: string; locations: unknown }[] }
      return [status, data, errors.map(({ message, locations }) => [message, locations])]
    }
    const problem = 'The content is not valid JSON: the text ends too early at line 1, column 2'
    expect(await send('mutation M($b: AWSJSON!) { transaction(bundle: $b) }', { b: '{' })).toEqual([
      400,
      undefined,
      [[`Variable "$b" got an invalid value; ${problem}`, [{ line: 1, column: 12 }]]],
    ])
    expect(await send('mutation { transaction(bundle: "{") }', {})).toEqual([
      200,
      { transaction: null },
      [[problem, [{ line: 1, column: 12 }]]],
    ])
  })

  it('are 404 and 410 where the instance is not there, and 404 where there is no such type', async () => {
    await world.send('PUT /Basic/gone', { body: { resourceType: 'Basic', id: 'gone', code: { text: 'x' } } })
    await world.send('DELETE /Basic/gone')
    const answers = await Promise.all(
      ['Patient/nobody', 'Basic/gone', 'Nothing/1'].map(path => world.send(`GET /${path}/$graphql?query={id}`)),
    )
    expect(answers.map(({ status }) => status)).toEqual([404, 410, 404])
    expect(answers.map(({ body }) => (body as GraphqlAnswer).errors?.map(({ message }) => message))).toEqual([
      ['There is no Patient/nobody'],
      [expect.stringMatching(/^Basic\/gone was deleted/)],
      ["FHIR R4 (4.0.1) has no resource type 'Nothing'"],
    ])
  })

  it('are of the parts that failed, beside the data of the others', async () => {
    const { data, errors } = await world.ask('', '{ a: Patient(id: example) { id } b: Patient(id: nobody) { id } }')
    expect(data).toEqual({ a: { id: 'example' }, b: null })
    expect(errors).toMatchObject([{ message: 'There is no Patient/nobody', path: ['b'] }])
  })
})

describe('fields', () => {
  it('are those of FHIR, choices and the extensions of primitives by their JSON names', async () => {
    expect(await world.ofPatient('{ name { text given family } }')).toEqual({
      name: EXAMPLE.name.map(({ given, family = null }) => ({ text: null, given, family })),
    })
    expect(await world.dataOf('/Observation/example', '{ valueQuantity { value unit } }')).toEqual({
      valueQuantity: { value: 185, unit: 'lbs' },
    })
    expect(await world.ofPatient('{ birthDate _birthDate { extension {valueDateTime} } }')).toEqual({
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
    expect(await world.ofPatient('{ name(fhirpath: "family.exists()") { text given family } }')).toEqual({
      name: [
        { text: null, given: ['Peter', 'James'], family: 'Chalmers' },
        { text: null, given: ['Peter', 'James'], family: 'Windsor' },
      ],
    })
    expect(await world.ofPatient('{ name(fhirpath: "$index = 0") { family } }')).toEqual({
      name: [{ family: 'Chalmers' }],
    })
    expect(await world.ofPatient('{ telecom(fhirpath: "rank > 1 and system = \'phone\'") { value } }')).toEqual({
      telecom: [{ value: '2' }],
    })
    const nested = '{ PatientList(_id: example) { name(fhirpath: "given.count() = 1") { given } } }'
    expect(await world.ofSystem(nested)).toEqual({ PatientList: [{ name: [{ given: ['Jim'] }] }] })
  })

  it('are narrowed by the value of a property', async () => {
    expect(await world.ofPatient('{ name(use: official) { family } telecom(rank: 2) { value } }')).toEqual({
      name: [{ family: 'Chalmers' }],
      telecom: [{ value: '2' }],
    })
    const query = '{ myext: extension(url: "http://myextension.url/details") { value : valueString } }'
    expect(await world.ofPatient(query)).toEqual({ myext: [{ value: 'some value' }] })
  })

  it('are cut by _offset and _count, after the filters', async () => {
    const entries = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => ({
        deleted: (from + index) % 2 === 0,
        item: { reference: `Patient/${from + index}` },
      }))
    const ofList = (query: string) => world.dataOf('/List/long', query)
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
    const { data, errors } = await world.ask(
      '/Patient/example',
      '{ id name(fhirpath: "given.first() > 5") { family } }',
    )
    expect(data).toEqual({ id: 'example', name: null })
    expect(errors).toMatchObject([
      { path: ['name'], message: 'The FHIRPath "given.first() > 5" can\'t be evaluated here' },
    ])
  })
})

describe('references', () => {
  const ofObservation = (query: string) => world.dataOf('/Observation/example', query)

  it('are followed, by fragments on types', async () => {
    const query = '{ id subject { reference resource { ...on Patient { birthDate } ...on Group { name } } } }'
    expect(await ofObservation(query)).toEqual({
      id: 'example',
      subject: { reference: 'Patient/example', resource: { birthDate: '1974-12-25' } },
    })
  })

  it('are followed to resources of any type, for fields that all types which have them have alike', async () => {
    expect(await ofObservation('{ subject { reference, resource {active} } }')).toEqual({
      subject: { reference: 'Patient/example', resource: { active: true } },
    })
    expect(
      await world.dataOf('/Observation/of-group', '{ subject { resource { id birthDate meta { versionId } } } }'),
    ).toEqual({ subject: { resource: { id: 'g', birthDate: null, meta: { versionId: '1' } } } })
    const named = '{ subject { resource { ... on Resource { id } ... on Patient { name(use: usual) { given } } } } }'
    expect(await ofObservation(named)).toEqual({ subject: { resource: { id: 'example', name: [{ given: ['Jim'] }] } } })
    const query = encodeURIComponent('{ subject { resource { name { family } } } }')
    expect((await world.send(`GET /Observation/example/$graphql?query=${query}`)).body).toMatchObject({
      errors: [
        {
          message:
            'Cannot query field "name" on type "Resource". Did you mean to name a type: "... on Patient { name }"?',
          locations: [{ line: 1, column: 24 }],
        },
      ],
    })
  })

  it('are followed by type, several side by side', async () => {
    const query = '{ subject { resource(type: Patient) { birthDate } resource(type: Group) { name } } }'
    expect(await ofObservation(query)).toEqual({ subject: { resource: { birthDate: '1974-12-25' } } })
    expect(await world.dataOf('/Observation/of-group', query)).toEqual({ subject: { resource: { name: 'Everyone' } } })
    const neither = '{ subject { resource(type: Device) { status } resource(type: Group) { name } } }'
    expect(await ofObservation(neither)).toEqual({ subject: { resource: null } })
    const aliased = '{ subject { a: resource(type: Patient) { birthDate } b: resource(type: Group) { name } } }'
    expect(await ofObservation(aliased)).toEqual({ subject: { a: { birthDate: '1974-12-25' }, b: null } })
  })

  it('that lead nowhere are an error, but where they are optional', async () => {
    expect(await ofObservation('{ performer { resource(optional: true) { __typename } } }')).toEqual({
      performer: [{ resource: null }],
    })
    const { data, errors } = await world.ask('/Observation/example', '{ performer { resource { __typename } } }')
    expect(data).toEqual({ performer: [{ resource: null }] })
    expect(errors).toMatchObject([
      { path: ['performer', 0, 'resource'], extensions: { resource: { issue: [{ code: 'not-found' }] } } },
    ])
  })
})
