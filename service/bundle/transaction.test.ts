import { describe, expect, test } from 'vitest'
import {
  contents,
  del,
  get,
  observation,
  patient,
  post,
  put,
  transaction,
  URN,
  URN2,
  written,
} from '#test/support/bundle-entries.ts'
import { TEST_TIME } from '#test/support/memory-ports.ts'
import { at, faultOf, oneFault, runBundle, type SeenFault, statusesOf, testWorld } from '#test/support/test-world.ts'
import type { JsonObject } from '../resource/content.ts'

test('each method, in the order of R4, answered in the order of the request', async () => {
  const world = testWorld()
  await runBundle(world, transaction(put(patient({ id: 'a' })), put(patient({ id: 'b' }))))
  const answer = await runBundle(
    world,
    transaction(
      get('Patient/a'),
      put(patient({ id: 'a', active: true })),
      post(patient({ active: false })),
      del('Patient/b'),
      { request: { method: 'HEAD', url: 'Patient/a' } },
      get('Patient?active=true'),
      del('Patient/unknown'),
    ),
  )
  const stamp = { etag: 'W/"2"', lastModified: '2024-02-29T12:00:00.001Z' }
  const a = {
    resourceType: 'Patient',
    id: 'a',
    meta: { versionId: '2', lastUpdated: '2024-02-29T12:00:00.001Z' },
    active: true,
  }
  const fullUrl = 'http://localhost:8080/fhir/Patient/a'
  expect(answer).toEqual({
    resourceType: 'Bundle',
    type: 'transaction-response',
    entry: [
      { fullUrl, resource: a, response: { status: '200 OK', ...stamp } },
      { response: { status: '200 OK', location: 'Patient/a/_history/2', ...stamp } },
      {
        response: {
          status: '201 Created',
          location: 'Patient/id-1/_history/1',
          etag: 'W/"1"',
          lastModified: '2024-02-29T12:00:00.000Z',
        },
      },
      { response: { status: '204 No Content', ...stamp } },
      { response: { status: '200 OK', ...stamp } },
      {
        resource: {
          resourceType: 'Bundle',
          type: 'searchset',
          total: 1,
          link: [
            { relation: 'self', url: 'http://localhost:8080/fhir/Patient?active=true' },
            { relation: 'first', url: 'http://localhost:8080/fhir/Patient?active=true' },
          ],
          entry: [{ fullUrl, resource: a, search: { mode: 'match' } }],
        },
        response: { status: '200 OK' },
      },
      { response: { status: '204 No Content' } },
    ],
  })
  expect(written(world.ports).slice(2)).toEqual(['DELETE Patient/b 2', 'POST Patient/id-1 1', 'PUT Patient/a 2'])
})

test('an empty transaction succeeds and writes nothing', async () => {
  const world = testWorld()
  const answer = await runBundle(world, { resourceType: 'Bundle', type: 'transaction' })
  expect(answer).toEqual({ resourceType: 'Bundle', type: 'transaction-response' })
  expect(world.ports.changes).toEqual([])
})

test('Prefer chooses what writes answer with', async () => {
  const bundle = transaction(post(patient({ active: true })), del('Patient/x'))
  expect(at(await runBundle(testWorld(), bundle, 'minimal'), 'entry', 0, 'resource')).toBeUndefined()
  const full = await runBundle(testWorld(), bundle, 'representation')
  expect(at(full, 'entry', 0, 'fullUrl')).toBe('http://localhost:8080/fhir/Patient/id-1')
  expect(at(full, 'entry', 0, 'resource', 'active')).toBe(true)
  const told = await runBundle(testWorld(), bundle, 'OperationOutcome')
  expect([0, 1].map(index => at(told, 'entry', index, 'response', 'outcome', 'issue', 0, 'diagnostics'))).toEqual([
    'Patient/id-1 is created; its version is 1',
    'There was nothing to delete',
  ])
})

describe('links', () => {
  test('urn:uuid links become references, forward, backward and to itself', async () => {
    const world = testWorld()
    await runBundle(
      world,
      transaction(
        post(observation(URN2, { derivedFrom: [{ reference: URN }] }), URN),
        post(patient({ link: [{ other: { reference: URN2 }, type: 'seealso' }] }), URN2),
      ),
    )
    expect(contents(world.ports).map(({ meta: _meta, ...rest }) => rest)).toEqual([
      {
        resourceType: 'Observation',
        id: 'id-1',
        status: 'final',
        code: { text: 'x' },
        subject: { reference: 'Patient/id-2' },
        derivedFrom: [{ reference: 'Observation/id-1' }],
      },
      { resourceType: 'Patient', id: 'id-2', link: [{ other: { reference: 'Patient/id-2' }, type: 'seealso' }] },
    ])
    expect(world.ports.changes[0]?.compartments).toContain('Patient/id-2')
  })

  test('a link to an updated entry becomes its address', async () => {
    const world = testWorld()
    await runBundle(world, transaction({ ...put(patient({ id: 'a' })), fullUrl: URN }, post(observation(URN))))
    expect(contents(world.ports).find(({ resourceType }) => resourceType === 'Observation')?.subject).toEqual({
      reference: 'Patient/a',
    })
  })

  test.each([
    ['the root of its own fullUrl', 'http://other.example/r4/Observation/o', 'Patient/p', 'Patient/id-1'],
    ['another root', 'http://third.example/r4/Observation/o', 'Patient/p', 'Patient/p'],
    ['our base, without a RESTful fullUrl', URN, 'Patient/q', 'Patient/id-2'],
    ['an absolute link', URN, 'http://other.example/r4/Patient/p', 'Patient/id-1'],
    ['a fragment', URN, 'http://other.example/r4/Patient/p#f', 'Patient/id-1#f'],
  ])('relative links: %s', async (_what, fullUrl, link, expected) => {
    const world = testWorld()
    await runBundle(
      world,
      transaction(
        post(patient(), 'http://other.example/r4/Patient/p'),
        post(patient(), 'http://localhost:8080/fhir/Patient/q'),
        post(observation(link), fullUrl),
      ),
    )
    expect(contents(world.ports)[2]?.subject).toEqual({ reference: expected })
  })
})

describe('all or nothing', () => {
  test.each<[string, JsonObject[], SeenFault]>([
    [
      'invalid content of any entry',
      [post(patient()), post(patient({ gender: 'x' }), URN)],
      {
        category: 'unprocessable',
        issues: [expect.objectContaining({ expression: ['Bundle.entry[1].resource.gender'] })],
      },
    ],
    [
      'an ifMatch that is old',
      [post(patient()), put(patient({ id: 'a' }), { ifMatch: 'W/"7"' })],
      oneFault(
        'precondition-failed',
        'conflict',
        'Patient/a: If-Match asks for version 7, but its version is 1',
        'Bundle.entry[1].request.ifMatch',
      ),
    ],
    [
      'an ifMatch of a delete',
      [post(patient()), del('Patient/x', { ifMatch: 'W/"1"' })],
      oneFault(
        'precondition-failed',
        'conflict',
        'Patient/x: If-Match asks for version 1, but it does not exist',
        'Bundle.entry[1].request.ifMatch',
      ),
    ],
    [
      'a resource that is written twice',
      [put(patient({ id: 'a' })), post(patient()), del('Patient/a')],
      oneFault(
        'invalid',
        'duplicate',
        'Bundle.entry[0] (PUT) and Bundle.entry[2] (DELETE) write the same resource, Patient/a',
        'Bundle.entry[0].request',
        'Bundle.entry[2].request',
      ),
    ],
    [
      'an id that is not that of the address',
      [{ ...put(patient({ id: 'b' })), request: { method: 'PUT', url: 'Patient/a' } }],
      oneFault(
        'invalid',
        'value',
        "The resource must have the id of its address, 'a', but has 'b'",
        'Bundle.entry[0].resource.id',
      ),
    ],
    [
      'a search that can not be run',
      [post(patient()), get('Patient?nonsense=1')],
      oneFault('invalid', 'not-supported', "Patient has no search parameter 'nonsense'", 'Bundle.entry[1].request.url'),
    ],
    [
      'a type that is none',
      [post(patient()), get('Patience/1')],
      oneFault(
        'not-found',
        'not-supported',
        "FHIR R4 (4.0.1) has no resource type 'Patience'",
        'Bundle.entry[1].request.url',
      ),
    ],
  ])('%s', async (_what, entries, expected) => {
    const world = testWorld()
    await runBundle(world, transaction(put(patient({ id: 'a' }))))
    expect(await faultOf(runBundle(world, transaction(...entries)))).toEqual(expected)
    expect(written(world.ports)).toEqual(['PUT Patient/a 1'])
    const found = await world.service.search(world.call, { type: 'Patient', parameters: [] })
    expect(found.total).toBe(1)
  })

  test('the issues of all entries are told together', async () => {
    const bad = transaction(
      post(patient({ gender: 'x' })),
      post(patient({ birthDate: 'y', active: 'z' })),
      post(patient()),
    )
    const { issues } = await faultOf(runBundle(testWorld(), bad))
    expect(issues.map(({ expression }) => expression?.[0])).toEqual([
      'Bundle.entry[0].resource.gender',
      'Bundle.entry[1].resource.birthDate',
      'Bundle.entry[1].resource.active',
    ])
  })

  test('a read that finds nothing does not undo the rest', async () => {
    const world = testWorld()
    const answer = await runBundle(world, transaction(post(patient()), get('Patient/none')))
    expect(statusesOf(answer)).toEqual(['201 Created', '404 Not Found'])
    expect(at(answer, 'entry', 1, 'response', 'outcome')).toEqual({
      resourceType: 'OperationOutcome',
      issue: [
        {
          severity: 'error',
          code: 'not-found',
          diagnostics: 'There is no Patient/none',
          expression: ['Bundle.entry[1].request.url'],
        },
      ],
    })
  })
})

describe('races', () => {
  test('without ifMatch an update that lost is made again', async () => {
    const world = testWorld()
    const run = (gender: string) => runBundle(world, transaction(put(patient({ id: 'a', gender })), post(patient())))
    const answers = await Promise.all(['male', 'female', 'other'].map(run))
    expect(answers.map(answer => at(answer, 'entry', 0, 'response', 'etag')).sort()).toEqual([
      'W/"1"',
      'W/"2"',
      'W/"3"',
    ])
    expect(world.ports.changes).toHaveLength(6)
  })

  test('with ifMatch it fails', async () => {
    const world = testWorld()
    await runBundle(world, transaction(put(patient({ id: 'a' }))))
    const run = () => runBundle(world, transaction(post(patient()), put(patient({ id: 'a' }), { ifMatch: 'W/"1"' })))
    const results = await Promise.allSettled([run(), run()])
    const reasons = results.flatMap(result => (result.status === 'rejected' ? [result.reason] : []))
    expect(reasons.map(({ category, issues }) => ({ category, issues }))).toEqual([
      oneFault(
        'precondition-failed',
        'conflict',
        'Patient/a: If-Match asks for version 1, but another write has replaced it just now',
        'Bundle.entry[1].request.ifMatch',
      ),
    ])
    expect(world.ports.changes).toHaveLength(3)
  })

  test('one that is lost over and over is a conflict', async () => {
    const world = testWorld({
      wrap: ports => ({
        ...ports,
        store: {
          ...ports.store,
          commit: async () => ({ committed: false, conflict: { kind: 'version', type: 'Patient', id: 'a' } }),
        },
      }),
    })
    expect(await faultOf(runBundle(world, transaction(put(patient({ id: 'a' })))))).toEqual(
      oneFault(
        'conflict',
        'conflict',
        'Other writes to the same resources keep coming first: try the transaction again',
      ),
    )
  })

  test('one clock reading serves all, but each resource moves on', async () => {
    const world = testWorld()
    await runBundle(world, transaction(put(patient({ id: 'a' }))))
    await runBundle(world, transaction(put(patient({ id: 'a' })), put(patient({ id: 'b' }))))
    expect(world.ports.changes.map(({ lastUpdated }) => lastUpdated - TEST_TIME)).toEqual([0, 1, 0])
  })
})
