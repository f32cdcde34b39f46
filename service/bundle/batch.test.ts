import { expect, test } from 'vitest'
import {
  contents,
  del,
  get,
  observation,
  patient,
  post,
  practitioner,
  put,
  URN,
  URN2,
  written,
} from '#test/support/bundle-entries.ts'
import { at, jsonOf, runBundle, statusesOf, testWorld } from '#test/support/test-world.ts'
import type { Logger } from '../ports/logger.ts'
import type { JsonObject, JsonValue } from '../resource/content.ts'

const batch = (...entry: JsonValue[]): JsonObject => ({ resourceType: 'Bundle', type: 'batch', entry })

const group: JsonObject = { resourceType: 'Group', type: 'person', actual: true }

test('each entry has its own outcome, in the order of the request', async () => {
  const world = testWorld()
  await world.service.update(world.call, { type: 'Patient', id: 'a', content: patient({ id: 'a' }) })
  const answer = await runBundle(
    world,
    batch(
      post(patient()),
      post(patient({ gender: 'x' })),
      put(patient({ id: 'b' })),
      put(patient({ id: 'a' }), { ifMatch: 'W/"9"' }),
      del('Patient/none'),
      get('Patient/a'),
      get('Patient/a', { ifNoneMatch: 'W/"1"' }),
      get('Patient/a/_history/1'),
      get('Patient/a/_history'),
      get('Patient?nonsense=1'),
      post(practitioner('1'), undefined, { ifNoneExist: 'identifier=s|1' }),
      { request: { method: 'PATCH', url: 'Patient/a' } },
      { request: { method: 'PUT', url: 'Group?identifier=x' }, resource: group },
      { request: { method: 'DELETE', url: 'Patient?identifier=x' } },
      get('Patient/a/$nothing'),
      { request: { method: 'GET', url: 'nowhere/at/all' } },
      { request: { method: 'DELETE', url: 'metadata' } },
    ),
  )
  expect(statusesOf(answer)).toEqual([
    '201 Created',
    '422 Unprocessable Content',
    '201 Created',
    '412 Precondition Failed',
    '204 No Content',
    '200 OK',
    '304 Not Modified',
    '200 OK',
    '200 OK',
    '400 Bad Request',
    '201 Created',
    '400 Bad Request',
    '201 Created',
    '204 No Content',
    '404 Not Found',
    '404 Not Found',
    '405 Method Not Allowed',
  ])
  expect(at(answer, 'type')).toBe('batch-response')
  expect(at(answer, 'entry', 1, 'response', 'outcome', 'issue', 0, 'expression')).toEqual([
    'Bundle.entry[1].resource.gender',
  ])
  expect(at(answer, 'entry', 8, 'resource', 'type')).toBe('history')
  expect(written(world.ports).sort()).toEqual([
    'POST Patient/id-1 1',
    'POST Practitioner/id-3 1',
    'PUT Group/id-2 1',
    'PUT Patient/a 1',
    'PUT Patient/b 1',
  ])
})

test('the CapabilityStatement is an entry, too', async () => {
  const world = testWorld()
  const answer = await runBundle(world, batch(get('metadata')))
  expect(at(answer, 'entry', 0, 'resource')).toEqual(jsonOf(await world.service.capabilities(world.call)))
})

test('an entry that is malformed does not hinder the others', async () => {
  const world = testWorld()
  const answer = await runBundle(
    world,
    batch(
      { resource: patient() },
      { ...get('Patient/a'), wrong: 1 },
      { request: { method: 'FETCH', url: 'Patient' } },
      post(patient()),
    ),
  )
  expect(statusesOf(answer)).toEqual([
    '400 Bad Request',
    '422 Unprocessable Content',
    '422 Unprocessable Content',
    '201 Created',
  ])
  expect([0, 1, 2].map(index => at(answer, 'entry', index, 'response', 'outcome', 'issue', 0, 'expression'))).toEqual([
    ['Bundle.entry[0].request'],
    ['Bundle.entry[1].wrong'],
    ['Bundle.entry[2].request.method'],
  ])
})

test('a link to another created entry is refused, one to itself or elsewhere is not', async () => {
  const world = testWorld()
  const answer = await runBundle(
    world,
    batch(
      post(patient(), URN),
      post(observation(URN)),
      post(observation('Patient/p', { derivedFrom: [{ reference: URN2 }] }), URN2),
    ),
  )
  expect(statusesOf(answer)).toEqual(['201 Created', '400 Bad Request', '201 Created'])
  expect(at(answer, 'entry', 1, 'response', 'outcome', 'issue', 0)).toEqual({
    severity: 'error',
    code: 'business-rule',
    diagnostics: `'${URN}' is another entry of the batch: only a transaction resolves such links`,
    expression: ['Bundle.entry[1].resource'],
  })
  expect(contents(world.ports)).toHaveLength(2)
})

test('a bug in one entry is logged, told without its text, and leaves the others alone', async () => {
  const logged: unknown[] = []
  const ignore = () => undefined
  const logger: Logger = {
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (message, fields) => logged.push([message, fields?.index, fields?.requestId]),
  }
  const world = testWorld({
    wrap: ports => ({
      ...ports,
      store: {
        ...ports.store,
        readNewest: async (tenant, hints, deadline) => {
          if (hints.some(({ id }) => id === 'bug')) throw new TypeError('secret text')
          return ports.store.readNewest(tenant, hints, deadline)
        },
      },
    }),
  })
  const answer = await runBundle(
    { ...world, call: { ...world.call, logger } },
    batch(get('Patient/bug'), put(patient({ id: 'bug' })), put(patient({ id: 'a' }))),
  )
  expect(statusesOf(answer)).toEqual(['500 Internal Server Error', '500 Internal Server Error', '201 Created'])
  expect(at(answer, 'entry', 1, 'response', 'outcome', 'issue')).toEqual([
    {
      severity: 'fatal',
      code: 'exception',
      diagnostics: "Internal error; the server's log has more under request request-1",
    },
  ])
  expect(logged.sort()).toEqual([
    ['A bundle entry failed unexpectedly', 0, 'request-1'],
    ['A bundle entry failed unexpectedly', 1, 'request-1'],
  ])
})

test('entries run at the same time, but not more than the limit', async () => {
  let running = 0
  let most = 0
  const world = testWorld({
    limits: { concurrencyMax: 3 },
    wrap: ports => ({
      ...ports,
      store: {
        ...ports.store,
        commit: async (tenant, request) => {
          most = Math.max(most, ++running)
          await new Promise(resolve => setImmediate(resolve))
          running--
          return ports.store.commit(tenant, request)
        },
      },
    }),
  })
  await runBundle(world, batch(...Array.from({ length: 10 }, () => post(patient()))))
  expect(most).toBe(3)
})
