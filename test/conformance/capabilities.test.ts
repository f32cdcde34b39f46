/** R4 http.html#capabilities: what it says is tried against the door. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SHAW } from '#test/support/patients.ts'
import { BASE_URL, FHIR_TYPE, openRestWorld, type RestWorld } from '#test/support/rest-world.ts'

interface NamedOperation {
  readonly name: string
  readonly definition: string
}

interface Capability {
  readonly format: readonly string[]
  readonly patchFormat: readonly string[]
  readonly rest: readonly [
    {
      readonly interaction: readonly { readonly code: string }[]
      readonly resource: readonly {
        readonly type: string
        readonly interaction: readonly { readonly code: string }[]
        readonly searchParam: readonly { readonly name: string }[]
        readonly operation?: readonly NamedOperation[]
      }[]
      readonly operation?: readonly NamedOperation[]
    },
  ]
}

let world: RestWorld
let statement: Capability

beforeAll(async () => {
  world = await openRestWorld()
  await world.send('PUT /Patient/a', { body: { ...SHAW, id: 'a' } })
  statement = (await world.send('GET /metadata')).body as Capability
})

afterAll(() => world.close())

test('it is a CapabilityStatement of this endpoint', async () => {
  expect(await world.send('GET /metadata')).toMatchObject({
    status: 200,
    headers: FHIR_TYPE,
    body: {
      resourceType: 'CapabilityStatement',
      status: 'active',
      kind: 'instance',
      fhirVersion: '4.0.1',
      implementation: { url: BASE_URL },
      rest: [{ mode: 'server' }],
    },
  })
  expect(statement.rest[0].resource.length).toBe(146)
})

/** One request by which an interaction shows that it is there. */
const TRIALS: Readonly<Record<string, string>> = {
  read: 'GET /Patient/a',
  vread: 'GET /Patient/a/_history/1',
  update: 'PUT /Patient/a',
  patch: 'PATCH /Patient/a',
  delete: 'DELETE /Patient/b',
  'history-instance': 'GET /Patient/a/_history',
  'history-type': 'GET /Patient/_history',
  'history-system': 'GET /_history',
  create: 'POST /Patient',
  'search-type': 'GET /Patient',
  'search-system': 'GET /',
  transaction: 'POST /',
  batch: 'POST / ',
}

/** A FHIRPath Patch that finds nothing to delete. */
const DELETION = {
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'delete' },
        { name: 'path', valueString: 'Patient.photo' },
      ],
    },
  ],
}

test.each(Object.entries(TRIALS))('%s is offered if, and only if, it works', async (code, line) => {
  const [{ interaction, resource }] = statement.rest
  const patient = resource.find(({ type }) => type === 'Patient')
  const offered = [...interaction, ...(patient?.interaction ?? [])].some(each => each.code === code)
  const bundle = { resourceType: 'Bundle', type: code }
  const body = line.startsWith('GET') ? undefined : line.startsWith('POST / ') || line === 'POST /' ? bundle : SHAW
  const sent = line.startsWith('PATCH') ? DELETION : line.startsWith('PUT') ? { ...SHAW, id: 'a' } : body
  const { status } = await world.send(line.trimEnd(), sent ? { body: sent } : {})
  expect({ code, status: status < 300 ? 'works' : status }).toEqual({ code, status: offered ? 'works' : 501 })
})

test('every search parameter that it names is taken', async () => {
  const refusals: string[] = []
  for (const { type, searchParam } of statement.rest[0].resource.filter(each => /^[A-F]/.test(each.type))) {
    for (const { name } of searchParam) {
      const { body } = await world.send(`GET /${type}?${name}:missing=true&_count=0`)
      if (JSON.stringify(body).includes('has no search parameter')) refusals.push(`${type}.${name}`)
    }
  }
  expect(refusals).toEqual([])
})

test('every format and every kind of patch that it names is taken', async () => {
  for (const format of statement.format) {
    const { status, headers } = await world.answer(`GET /Patient/a?_format=${encodeURIComponent(format)}`)
    expect([format, status, headers['Content-Type']?.includes(format.replace(/.*[+/]/, ''))]).toEqual([
      format,
      200,
      true,
    ])
  }
  for (const type of statement.patchFormat) {
    const { status } = await world.answer('PATCH /Patient/a', { headers: { 'content-type': type }, body: '?' })
    expect([type, status === 415 || status >= 500]).toEqual([type, false])
  }
})

test('every operation that it names is there, and its definition says the same', async () => {
  const erasing = await openRestWorld({ hardDelete: 'offered' })
  const expected = EXPECTED_OPERATIONS.filter(name => erasing.over === 'embedded' || name !== 'reindex-status')
  const { rest } = (await erasing.send('GET /metadata')).body as Capability
  const [{ resource, operation = [] }] = rest
  const refusals: string[] = []
  const named = [
    ...operation.map(each => ({ ...each, paths: [`/$${each.name}`] })),
    ...resource.flatMap(({ type, operation: its = [] }) =>
      its.map(each => ({ ...each, paths: [`/${type}/$${each.name}`, `/${type}/none/$${each.name}`] })),
    ),
  ]
  for (const { name, paths } of named) {
    const answers = await Promise.all(paths.map(path => erasing.answer(`POST ${path}`)))
    const isThere = answers.some(({ status, body }) => status < 500 && !body.includes('is not offered'))
    if (!isThere) refusals.push(`${name} at ${paths.join(', ')}`)
  }
  expect(refusals).toEqual([])
  expect(new Set(named.map(({ name }) => name))).toEqual(new Set(expected))
  const definitions = new Set(named.map(({ definition }) => definition).filter(url => url.startsWith(BASE_URL)))
  for (const url of definitions) expect((await erasing.send(`GET ${url.slice(BASE_URL.length)}`)).status).toBe(200)
  await erasing.close()
})

/**
 * What the registry holds; an operation that is added is added here, so that none gets lost. The world over engines has
 * no search parameters of a tenant's own, and so no status of theirs.
 */
const EXPECTED_OPERATIONS = [
  'docref',
  'erase',
  'everything',
  'graphql',
  'lastn',
  'meta',
  'meta-add',
  'meta-delete',
  'purge',
  'reindex-status',
  'validate',
]
