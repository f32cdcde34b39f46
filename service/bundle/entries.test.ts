import { describe, expect, test } from 'vitest'
import { get, patient, post, put, URN } from '#test/support/bundle-entries.ts'
import { TEST_BASE_URL, testCall } from '#test/support/test-call.ts'
import { faultOf, oneFault, runBundle, type SeenFault, testDefinitions, testWorld } from '#test/support/test-world.ts'
import { ALLOW_ALL } from '../access/policy.ts'
import { DEFAULT_LIMITS } from '../limits.ts'
import type { JsonObject, JsonValue } from '../resource/content.ts'
import { parseBundle } from './entries.ts'

const bundle = (...entry: JsonValue[]): JsonObject => ({ resourceType: 'Bundle', type: 'transaction', entry })

function parse(content: JsonValue) {
  const definitions = testDefinitions
  const context = { ports: testWorld().ports, policy: ALLOW_ALL, definitions, limits: DEFAULT_LIMITS }
  return parseBundle(context, definitions.for(testCall().tenant), TEST_BASE_URL, content)
}

test('entries as they are understood', () => {
  const content = bundle(
    { ...post(patient(), URN, { ifNoneExist: 'identifier=x' }) },
    put(patient({ id: 'a' }), { ifMatch: 'W/"3"' }),
    get('Patient/a', { ifNoneMatch: 'W/"1", W/"2"', ifModifiedSince: '2024-02-29T12:00:00Z' }),
    get(`${TEST_BASE_URL}/Patient?name=a%20b&_summary=true`),
    get('/Patient/a?_elements=name'),
  )
  const none = {
    fullUrl: undefined,
    resource: undefined,
    ifNoneExist: undefined,
    ifMatch: undefined,
    ifNoneMatch: undefined,
    ifModifiedSince: undefined,
  }
  expect(parse(content)).toEqual({
    type: 'transaction',
    entries: [
      {
        ...none,
        index: 0,
        fullUrl: URN,
        method: 'POST',
        url: 'Patient',
        interaction: { kind: 'create', type: 'Patient' },
        resource: patient(),
        ifNoneExist: 'identifier=x',
      },
      {
        ...none,
        index: 1,
        method: 'PUT',
        url: 'Patient/a',
        interaction: { kind: 'update', type: 'Patient', id: 'a' },
        resource: patient({ id: 'a' }),
        ifMatch: '3',
      },
      {
        ...none,
        index: 2,
        method: 'GET',
        url: 'Patient/a',
        interaction: { kind: 'read', type: 'Patient', id: 'a', view: {} },
        ifNoneMatch: ['1', '2'],
        ifModifiedSince: Date.UTC(2024, 1, 29, 12),
      },
      {
        ...none,
        index: 3,
        method: 'GET',
        url: 'Patient?name=a%20b&_summary=true',
        interaction: {
          kind: 'search',
          type: 'Patient',
          parameters: [
            ['name', 'a b'],
            ['_summary', 'true'],
          ],
        },
      },
      {
        ...none,
        index: 4,
        method: 'GET',
        url: 'Patient/a?_elements=name',
        interaction: { kind: 'read', type: 'Patient', id: 'a', view: { elements: ['name'] } },
      },
    ],
  })
})

const FIRST = 'Bundle.entry[0]'

describe('an entry is refused', () => {
  test.each<[string, JsonObject, SeenFault]>([
    [
      'without request',
      { resource: patient() },
      oneFault('invalid', 'required', 'Each entry of a transaction or batch needs a request', `${FIRST}.request`),
    ],
    [
      'as a create without resource',
      { request: { method: 'POST', url: 'Patient' } },
      oneFault('invalid', 'required', 'POST Patient needs a resource', `${FIRST}.resource`),
    ],
    [
      'with a fullUrl that names a version',
      post(patient(), 'http://x.example/Patient/1/_history/2'),
      oneFault(
        'invalid',
        'invalid',
        "A fullUrl names no version, as 'http://x.example/Patient/1/_history/2' does",
        `${FIRST}.fullUrl`,
      ),
    ],
    [
      'with ifMatch on a create',
      post(patient(), undefined, { ifMatch: 'W/"1"' }),
      oneFault('invalid', 'invalid', 'ifMatch has no meaning for create', `${FIRST}.request.ifMatch`),
    ],
    [
      'with ifNoneExist on an update',
      put(patient({ id: 'a' }), { ifNoneExist: 'identifier=x' }),
      oneFault('invalid', 'invalid', 'ifNoneExist has no meaning for update', `${FIRST}.request.ifNoneExist`),
    ],
    [
      'with an ifMatch that is no entity tag',
      put(patient({ id: 'a' }), { ifMatch: 'W/3"' }),
      oneFault('invalid', 'value', `ifMatch must be an entity tag such as W/"3", not 'W/3"'`, `${FIRST}.request.url`),
    ],
    [
      'as a Bundle in a Bundle',
      { resource: { resourceType: 'Bundle', type: 'batch' }, request: { method: 'POST', url: '' } },
      // R4 datatypes.html#string: an empty url is no value, so the shell is refused already.
      { category: 'unprocessable', issues: [expect.objectContaining({ expression: [`${FIRST}.request.url`] })] },
    ],
    [
      'as a Bundle in a Bundle, by a slash',
      { resource: { resourceType: 'Bundle', type: 'batch' }, request: { method: 'POST', url: '/' } },
      oneFault('invalid', 'invalid', 'A Bundle is no entry of a Bundle to be processed', `${FIRST}.request.url`),
    ],
    [
      'as a search by POST',
      { request: { method: 'POST', url: 'Patient/_search' } },
      oneFault(
        'unsupported',
        'not-supported',
        'A search in a Bundle is a GET with its parameters in the URL',
        `${FIRST}.request`,
      ),
    ],
    [
      'as a patch without one',
      { request: { method: 'PATCH', url: 'Patient/a' } },
      oneFault('invalid', 'required', 'PATCH Patient/a needs a resource', `${FIRST}.resource`),
    ],
    [
      'as the status of a job',
      { request: { method: 'GET', url: '_jobs/1' } },
      oneFault('unsupported', 'not-supported', 'job-status is not supported in a Bundle', `${FIRST}.request`),
    ],
    [
      'at no address',
      { request: { method: 'GET', url: 'patient/1' } },
      oneFault('not-found', 'not-found', "There is no FHIR address 'patient/1' below the base", `${FIRST}.request.url`),
    ],
  ])('%s', async (_what, entry, expected) => {
    expect(await faultOf(runBundle(testWorld(), bundle(entry)))).toEqual(expected)
  })

  test('whose fullUrl another one has', async () => {
    expect(await faultOf(runBundle(testWorld(), bundle(post(patient(), URN), post(patient(), URN))))).toEqual(
      oneFault(
        'invalid',
        'duplicate',
        `Bundle.entry[0] and Bundle.entry[1] have one fullUrl, '${URN}'`,
        'Bundle.entry[0].fullUrl',
        'Bundle.entry[1].fullUrl',
      ),
    )
  })
})

describe('a Bundle is refused', () => {
  test.each<[string, JsonValue, SeenFault]>([
    ['that is no object', 'x', { category: 'invalid', issues: expect.anything() }],
    ['that is a Patient', patient(), { category: 'invalid', issues: expect.anything() }],
    [
      'of another type',
      { resourceType: 'Bundle', type: 'collection' },
      oneFault(
        'invalid',
        'value',
        "A Bundle posted to the base is a transaction or a batch, not 'collection'",
        'Bundle.type',
      ),
    ],
    [
      'with an element that is unknown',
      { resourceType: 'Bundle', type: 'transaction', wrong: 1 },
      { category: 'unprocessable', issues: [expect.objectContaining({ expression: ['Bundle.wrong'] })] },
    ],
    [
      'whose entries are no list',
      { resourceType: 'Bundle', type: 'transaction', entry: {} },
      { category: 'unprocessable', issues: [expect.objectContaining({ expression: ['Bundle.entry'] })] },
    ],
  ])('%s', async (_what, content, expected) => {
    const world = testWorld()
    expect(await faultOf(world.service.bundle(world.call, { content }))).toEqual(expected)
  })

  test('with too many entries', async () => {
    const world = testWorld({ limits: { entriesMax: 2 } })
    expect(await faultOf(runBundle(world, bundle(get('Patient/a'), get('Patient/b'), get('Patient/c'))))).toEqual(
      oneFault('too-large', 'too-long', 'A Bundle may have 2 entries, and this one has 3', 'Bundle.entry'),
    )
  })

  test('with more wrong entries than validation lists, although a batch', async () => {
    const wrong = Array.from({ length: 150 }, () => ({ request: { method: 'FETCH', url: 'Patient' } }))
    const { category } = await faultOf(runBundle(testWorld(), { ...bundle(...wrong), type: 'batch' }))
    expect(category).toBe('unprocessable')
  })
})
