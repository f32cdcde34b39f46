/** R4 operations.html: the frame that every operation runs in, over one that says what it was given. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Operation } from '#service/index.ts'
import { SHAW } from '#test/support/patients.ts'
import { BASE_URL, FHIR_TYPE, openRestWorld, type RestWorld, refused } from '#test/support/rest-world.ts'

const part = { name: 'depth', min: 0, max: 1, type: 'integer', documentation: 'How deep' }

const ECHO: Operation = {
  name: 'echo',
  id: 'Test-echo',
  title: 'Echo',
  description: 'Says what it was given.',
  levels: ['system', 'type', 'instance'],
  types: ['Patient', 'Group'],
  affectsState: false,
  parameters: [
    { name: 'word', use: 'in', min: 1, max: 2, type: 'code', documentation: 'What to say' },
    { name: 'times', use: 'in', min: 0, max: 1, type: 'positiveInt', documentation: 'How often' },
    { name: 'loud', use: 'in', min: 0, max: 1, type: 'boolean', documentation: 'How' },
    { name: 'about', use: 'in', min: 0, max: 1, type: 'Resource', documentation: 'Of what' },
    { name: 'why', use: 'in', min: 0, max: '*', type: 'Period', documentation: 'A reason' },
    { name: 'how', use: 'in', min: 0, max: 1, documentation: 'In parts', parts: [{ ...part, min: 1 }] },
    { name: 'said', use: 'out', min: 0, max: 1, type: 'string', documentation: 'What was said' },
  ],
  load:
    async () =>
    async (_context, _call, { type, id, input }) => {
      const about = input.find('about')?.resource?.resourceType
      const said = [
        type,
        id,
        ...input.texts('word'),
        input.integer('times'),
        input.flag('loud'),
        about,
        input.find('how')?.parts?.integer('depth'),
      ]
      return { kind: 'parameters', parameters: [{ name: 'said', valueString: said.join(' ').trim() }] }
    },
}

const CHANGE: Operation = {
  ...ECHO,
  name: 'change',
  id: 'Test-change',
  levels: ['instance'],
  affectsState: true,
  parameters: [],
  load: async () => async () => ({ kind: 'nothing' }),
}

let world: RestWorld

beforeAll(async () => {
  world = await openRestWorld({ operations: [ECHO, CHANGE] })
})

afterAll(() => world.close())

const said = (text: string) => ({
  status: 200,
  headers: FHIR_TYPE,
  body: { resourceType: 'Parameters', parameter: [{ name: 'said', valueString: text }] },
})

const parameters = (...parameter: readonly object[]) => ({
  body: { resourceType: 'Parameters', parameter },
})

test.each([
  ['GET /$echo?word=a', said('  a')],
  ['GET /Patient/$echo?word=a&word=b&times=3&loud=true&_format=json', said('Patient  a b 3 true')],
  ['GET /Patient/1/$echo?word=a&loud=false', said('Patient 1 a  false')],
])('%s', async (line, answer) => {
  const { headers, status, body } = await world.send(line)
  expect({ status, headers, body }).toEqual({
    ...answer,
    body: { ...answer.body, parameter: [{ name: 'said', valueString: answer.body.parameter[0]?.valueString.trim() }] },
  })
})

test('POST takes a Parameters resource, with resources and parts inside, and parameters of the URL besides', async () => {
  const given = parameters(
    { name: 'times', valuePositiveInt: 2 },
    { name: 'about', resource: { resourceType: 'Patient', nothing: 'checks it' } },
    { name: 'how', part: [{ name: 'depth', valueInteger: 7 }] },
    { name: 'why', valuePeriod: { start: '2020' } },
  )
  expect(await world.send('POST /Group/$echo?word=a', given)).toEqual(said('Group  a 2  Patient 7'))
})

test('a primitive of another type is taken where its value would do', async () => {
  expect(await world.send('POST /$echo', parameters({ name: 'word', valueString: 'a' }))).toEqual(said('a'))
})

test('the only resource that it takes may be the body by itself', async () => {
  expect(await world.send('POST /Patient/$echo?word=a', { body: SHAW })).toEqual(said('Patient  a   Patient'))
})

test('each bad parameter has an issue of its own', async () => {
  const issue = (code: string, diagnostics: string, expression: string) => ({
    severity: 'error',
    code,
    diagnostics,
    expression: [expression],
  })
  expect(await world.send('GET /$echo?wrod=a&times=0&times=x&loud=yes&why=x')).toEqual({
    status: 400,
    headers: FHIR_TYPE,
    body: {
      resourceType: 'OperationOutcome',
      issue: [
        issue('not-supported', `$echo has no parameter "wrod" (near: 'word')`, 'wrod'),
        issue('value', 'times "0" must be an integer from 1 to 2147483647 (positiveInt)', 'times'),
        issue('value', 'times "x" must be a JSON number (positiveInt)', 'times'),
        issue('value', 'loud "yes" must be the JSON value true or false (boolean)', 'loud'),
        issue('value', "why can't be given in a URL: send it in a Parameters resource by POST", 'why'),
      ],
    },
  })
  const given = parameters(
    { name: 'word', valueInteger: 1 },
    { name: 'about', valueString: 'x' },
    { name: 'how', valueString: 'x' },
    { name: 'times' },
    { name: 'else', valueString: 'x' },
  )
  expect(await world.send('POST /$echo', given)).toEqual({
    status: 400,
    headers: FHIR_TYPE,
    body: {
      resourceType: 'OperationOutcome',
      issue: [
        issue('value', 'word must be given as valueCode, not as valueInteger', 'Parameters.parameter[0].valueInteger'),
        issue('value', 'about must be a resource (Resource)', 'Parameters.parameter[1]'),
        issue('value', 'how consists of parts: depth', 'Parameters.parameter[2]'),
        issue('value', 'times must have a value: valuePositiveInt', 'Parameters.parameter[3]'),
        issue('not-supported', '$echo has no parameter "else"', 'Parameters.parameter[4].name'),
      ],
    },
  })
})

test.each([
  ['GET /$echo', refused(400, 'required', '$echo needs the parameter word', 'word')],
  ['GET /$echo?word=a&word=b&word=c', refused(400, 'value', 'word may be given 2 times, not 3 times', 'word')],
  ['GET /$ecko', refused(404, 'not-supported', "The operation $ecko is not offered here (near: 'echo')")],
  [
    'POST /Observation/$change',
    refused(
      404,
      'not-supported',
      'The operation $change is not offered at this address, but at /Patient/[id]/$change, /Group/[id]/$change',
    ),
  ],
  [
    'GET /Patient/a_b/$echo?word=a',
    refused(
      404,
      'not-found',
      "There is no FHIR address '/Patient/a_b/$echo' below the base: an id has 1 to 64 of the letters, digits, '-' and '.'",
    ),
  ],
  ['GET /Patients/$echo?word=a', refused(404, 'not-supported', "FHIR R4 (4.0.1) has no resource type 'Patients'")],
])('%s is refused', async (line, answer) => {
  expect(await world.send(line)).toEqual(answer)
})

test('a missing part and a body that is no Parameters resource are named', async () => {
  const given = parameters({ name: 'word', valueCode: 'a' }, { name: 'how', part: [] })
  expect(await world.send('POST /$echo', given)).toMatchObject({ status: 422 })
  const missing = parameters(
    { name: 'word', valueCode: 'a' },
    { name: 'how', part: [{ name: 'depht', valueInteger: 1 }] },
  )
  expect(await world.send('POST /$echo', missing)).toEqual(
    refused(
      400,
      'not-supported',
      `$echo has no parameter "depht" (near: 'depth')`,
      'Parameters.parameter[1].part[0].name',
    ),
  )
  expect(await world.send('POST /$change', { body: { resourceType: 'Patient' } })).toMatchObject({ status: 404 })
  expect(await world.send('POST /Patient/1/$change', { body: SHAW })).toEqual(
    refused(400, 'structure', 'The resourceType "Patient" is not "Parameters", which is expected here'),
  )
})

test('an operation that changes something takes no GET', async () => {
  const diagnostics = '$change changes what is stored: it takes POST'
  const answer = refused(405, 'not-supported', diagnostics)
  expect(await world.send('GET /Patient/1/$change')).toEqual({
    ...answer,
    headers: { ...answer.headers, Allow: 'POST' },
  })
  expect(await world.send('POST /Patient/1/$change')).toEqual({ status: 204, headers: {}, body: undefined })
})

test('bundles run operations; a transaction none that change something', async () => {
  const echo = {
    resource: parameters({ name: 'word', valueCode: 'a' }).body,
    request: { method: 'POST', url: 'Patient/$echo' },
  }
  const get = { request: { method: 'GET', url: '$echo?word=b' } }
  const change = { request: { method: 'POST', url: 'Patient/1/$change' } }
  const bundle = (type: string, ...entry: readonly object[]) => ({ body: { resourceType: 'Bundle', type, entry } })
  const answered = (text: string) => ({ resource: said(text).body, response: { status: '200 OK' } })
  expect((await world.send('POST /', bundle('batch', echo, get, change))).body).toEqual({
    resourceType: 'Bundle',
    type: 'batch-response',
    entry: [answered('Patient  a'), answered('b'), { response: { status: '204 No Content' } }],
  })
  expect((await world.send('POST /', bundle('transaction', echo, get))).body).toEqual({
    resourceType: 'Bundle',
    type: 'transaction-response',
    entry: [answered('Patient  a'), answered('b')],
  })
  expect(await world.send('POST /', bundle('transaction', echo, change))).toEqual(
    refused(
      501,
      'not-supported',
      '$change changes what is stored, which a transaction could not undo: send it in a batch',
      'Bundle.entry[1].request.url',
    ),
  )
})

test('the statement names each operation where it is offered, and its definition can be read', async () => {
  const { body } = await world.send('GET /metadata')
  const { operation, resource } = (body as { rest: readonly [{ operation: unknown; resource: readonly Typed[] }] })
    .rest[0]
  const definition = (id: string) => `${BASE_URL}/OperationDefinition/${id}`
  const echo = { name: 'echo', definition: definition('Test-echo') }
  const change = { name: 'change', definition: definition('Test-change') }
  expect(operation).toContainEqual(echo)
  expect(operation).not.toContainEqual(change)
  expect(resource.find(({ type }) => type === 'Group')?.operation).toEqual(expect.arrayContaining([echo, change]))
  expect(resource.find(({ type }) => type === 'Device')?.operation).not.toContainEqual(echo)
  expect((await world.send('GET /OperationDefinition/Test-echo')).body).toMatchObject({
    resourceType: 'OperationDefinition',
    id: 'Test-echo',
    url: definition('Test-echo'),
    name: 'TestEcho',
    status: 'active',
    kind: 'operation',
    code: 'echo',
    affectsState: false,
    resource: ['Patient', 'Group'],
    system: true,
    type: true,
    instance: true,
  })
})

interface Typed {
  readonly type: string
  readonly operation?: readonly unknown[]
}

test('every definition is a valid OperationDefinition', async () => {
  const { body } = await world.send('GET /metadata')
  const ids = JSON.stringify(body).matchAll(/\/OperationDefinition\/([\w-]+)"/g)
  for (const id of new Set([...ids].map(match => match[1]))) {
    const read = await world.send(`GET /OperationDefinition/${id}`)
    expect(read.status).toBe(200)
    const again = { ...(read.body as object), id: 'copy' }
    expect(await world.send('PUT /OperationDefinition/copy', { body: again })).toMatchObject({
      status: expect.toBeOneOf([200, 201]),
    })
  }
})
