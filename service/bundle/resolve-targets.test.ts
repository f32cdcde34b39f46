/** Entries of a transaction that name what they change by a condition, and patches. R4 http.html#trules */
import { describe, expect, test } from 'vitest'
import {
  contents,
  del,
  observation,
  patient,
  post,
  practitioner,
  put,
  transaction,
  URN,
  URN2,
  written,
} from '#test/support/bundle-entries.ts'
import { at, faultOf, oneFault, runBundle, statusesOf, type TestWorld, testWorld } from '#test/support/test-world.ts'
import type { JsonObject, JsonValue } from '../resource/content.ts'

const conditional = (method: string, url: string, resource?: JsonObject, more: JsonObject = {}): JsonObject => ({
  ...(resource && { resource }),
  request: { method, url, ...more },
})

const binary = (operations: JsonValue, contentType = 'application/json-patch+json'): JsonObject => ({
  resourceType: 'Binary',
  contentType,
  data: Buffer.from(JSON.stringify(operations)).toString('base64'),
})

const activate = binary([{ op: 'add', path: '/active', value: true }])

/** Practitioner/a and /b with identifiers s|1 and s|2. */
async function filled(options?: Parameters<typeof testWorld>[0]): Promise<TestWorld> {
  const world = testWorld(options)
  for (const [id, value] of [
    ['a', '1'],
    ['b', '2'],
  ] as const) {
    const content = practitioner(value, { id })
    await world.service.update(world.call, { type: 'Practitioner', id, content })
  }
  return world
}

const newOnes = ({ ports }: TestWorld): string[] => written(ports).slice(2)

test('each comes to the resource that it matches; links lead to it', async () => {
  const world = await filled()
  const answer = await runBundle(
    world,
    transaction(
      { ...conditional('PUT', 'Practitioner?identifier=s|1', practitioner('1', { active: false })), fullUrl: URN },
      conditional('PATCH', 'Practitioner?identifier=s|2', activate),
      { ...conditional('PUT', 'Practitioner?identifier=s|3', practitioner('3')), fullUrl: URN2 },
      post(observation('Patient/x', { performer: [{ reference: URN }, { reference: URN2 }] })),
    ),
  )
  expect(statusesOf(answer)).toEqual(['200 OK', '200 OK', '201 Created', '201 Created'])
  expect(newOnes(world)).toEqual([
    'POST Observation/id-3 1',
    'PUT Practitioner/a 2',
    'PATCH Practitioner/b 2',
    'PUT Practitioner/id-2 1',
  ])
  const written = contents(world.ports)
  expect(written.find(({ resourceType }) => resourceType === 'Observation')?.performer).toEqual([
    { reference: 'Practitioner/a' },
    { reference: 'Practitioner/id-2' },
  ])
  expect(written.find(({ id, active }) => id === 'b' && active === true)).toBeDefined()
  expect(at(answer, 'entry', 1, 'response', 'location')).toBe('Practitioner/b/_history/2')
})

test('a conditional delete makes room for a create of the same condition', async () => {
  const world = await filled()
  const answer = await runBundle(
    world,
    transaction(
      conditional('DELETE', 'Practitioner?identifier=s|1'),
      conditional('DELETE', 'Practitioner?identifier=s|9'),
    ),
  )
  expect(statusesOf(answer)).toEqual(['204 No Content', '204 No Content'])
  expect(at(answer, 'entry', 0, 'response', 'etag')).toBe('W/"2"')
  expect(newOnes(world)).toEqual(['DELETE Practitioner/a 2'])
})

test('as many as the limit allows are deleted by one condition', async () => {
  const world = await filled({ rules: { conditionalDeleteMax: 2 } })
  const bundle = transaction(conditional('DELETE', 'Practitioner?identifier=s|1,s|2'))
  const answer = await runBundle(world, bundle, 'OperationOutcome')
  expect(newOnes(world).sort()).toEqual(['DELETE Practitioner/a 2', 'DELETE Practitioner/b 2'])
  expect(at(answer, 'entry', 0, 'response', 'outcome', 'issue')).toHaveLength(2)
})

test('a patch of a FHIRPath Patch, and one that changes nothing', async () => {
  const world = await filled()
  const part = [
    { name: 'type', valueCode: 'add' },
    { name: 'path', valueString: 'Practitioner' },
    { name: 'name', valueString: 'active' },
    { name: 'value', valueBoolean: true },
  ]
  const parameters = { resourceType: 'Parameters', parameter: [{ name: 'operation', part }] }
  const nothing = binary([{ op: 'test', path: '/id', value: 'b' }])
  const bundle = transaction(
    conditional('PATCH', 'Practitioner/a', parameters),
    conditional('PATCH', 'Practitioner/b', nothing, { ifMatch: 'W/"1"' }),
  )
  const answer = await runBundle(world, bundle)
  expect(statusesOf(answer)).toEqual(['200 OK', '200 OK'])
  expect([0, 1].map(index => at(answer, 'entry', index, 'response', 'etag'))).toEqual(['W/"2"', 'W/"1"'])
  expect(newOnes(world)).toEqual(['PATCH Practitioner/a 2'])
})

describe('nothing is written where', () => {
  test.each([
    [
      'a condition to update matches several',
      [conditional('PUT', 'Practitioner?identifier=s|1,s|2', practitioner('1'))],
      oneFault(
        'precondition-failed',
        'multiple-matches',
        "The condition 'Practitioner?identifier=s%7C1,s%7C2' matches more than one resource",
        'Bundle.entry[0].request.url',
      ),
    ],
    [
      'a condition to delete matches several',
      [conditional('DELETE', 'Practitioner?identifier=s|1,s|2')],
      oneFault(
        'precondition-failed',
        'multiple-matches',
        "The condition 'Practitioner?identifier=s%7C1,s%7C2' matches more than one resource, which is as many as one " +
          'request may delete: nothing was deleted',
        'Bundle.entry[0].request.url',
      ),
    ],
    [
      'a condition to patch matches nothing',
      [post(patient()), conditional('PATCH', 'Practitioner?identifier=s|9', activate)],
      oneFault(
        'not-found',
        'not-found',
        "The condition 'Practitioner?identifier=s%7C9' matches no resource",
        'Bundle.entry[1].request.url',
      ),
    ],
    [
      'a condition and an address name the same resource',
      [put(practitioner('1', { id: 'a' })), conditional('DELETE', 'Practitioner?identifier=s|1')],
      oneFault(
        'invalid',
        'duplicate',
        'Bundle.entry[0] (PUT) and Bundle.entry[1] (DELETE) write the same resource, Practitioner/a',
        'Bundle.entry[0].request',
        'Bundle.entry[1].request',
      ),
    ],
    [
      'two entries would create for one condition',
      [
        conditional('PUT', 'Practitioner?identifier=s|9', practitioner('9')),
        conditional('PUT', 'Practitioner?identifier=s|9', practitioner('9')),
      ],
      oneFault(
        'invalid',
        'duplicate',
        "Two entries are about what the condition 'Practitioner?identifier=s%7C9' says",
        'Bundle.entry[1].request.url',
      ),
    ],
    [
      'the match has another id than the resource',
      [conditional('PUT', 'Practitioner?identifier=s|1', practitioner('1', { id: 'z' }))],
      oneFault(
        'invalid',
        'value',
        "The condition 'Practitioner?identifier=s%7C1' matches Practitioner/a, but the resource has the id 'z'",
        'Bundle.entry[0].resource.id',
      ),
    ],
    [
      'a test of a patch fails',
      [post(patient()), conditional('PATCH', 'Practitioner/a', binary([{ op: 'test', path: '/id', value: 'b' }]))],
      oneFault(
        'unprocessable',
        'processing',
        'Operation 0 of the patch (test /id): the value is another one',
        'Bundle.entry[1].request.url',
      ),
    ],
    [
      'a Binary is no patch',
      [conditional('PATCH', 'Practitioner/a', binary([], 'text/plain'))],
      oneFault(
        'unsupported-media-type',
        'not-supported',
        'A Binary with a patch is one of application/json-patch+json, application/merge-patch+json, ' +
          "application/xml-patch+xml, not 'text/plain'",
        'Bundle.entry[0]',
      ),
    ],
    [
      'ifMatch names another version than the match has',
      [conditional('PUT', 'Practitioner?identifier=s|1', practitioner('1'), { ifMatch: 'W/"4"' })],
      oneFault(
        'precondition-failed',
        'conflict',
        'Practitioner/a: If-Match asks for version 4, but its version is 1',
        'Bundle.entry[0].request.ifMatch',
      ),
    ],
    [
      'a urn: leads to no entry',
      [post(observation(URN2), URN)],
      oneFault(
        'invalid',
        'not-found',
        `The reference '${URN2}' leads to no entry of the transaction`,
        'Bundle.entry[0].resource.subject',
      ),
    ],
  ] as const)('%s', async (_what, entries, expected) => {
    const world = await filled()
    expect(await faultOf(runBundle(world, transaction(...entries)))).toEqual(expected)
    expect(newOnes(world)).toEqual([])
  })
})

test('what the caller may not see is matched by no condition, and not patched', async () => {
  let hidden = false
  const isHidden = (type: string): boolean => hidden && type === 'Practitioner'
  const world = await filled({
    policy: { permits: () => true, visible: (_call, type) => ({ kind: isHidden(type) ? 'nothing' : 'everything' }) },
  })
  hidden = true
  const deleted = await runBundle(world, transaction(conditional('DELETE', 'Practitioner?identifier=s|1')))
  expect(statusesOf(deleted)).toEqual(['204 No Content'])
  for (const url of ['Practitioner?identifier=s|1', 'Practitioner/a']) {
    const category = url.includes('?') ? 'not-found' : 'forbidden'
    const failure = await faultOf(runBundle(world, transaction(conditional('PATCH', url, activate))))
    expect(failure.category).toBe(category)
  }
  expect(newOnes(world)).toEqual([])
})

test('a lost race is tried again with what the condition matches then', async () => {
  let raced = false
  const world = await filled({
    wrap: ports => ({
      ...ports,
      store: {
        ...ports.store,
        async commit(tenant, request) {
          const [change] = request.changes
          if (!raced && change?.id === 'a' && change.versionId === 2) {
            raced = true
            await ports.store.commit(tenant, { ...request, changes: [{ ...change, method: 'PUT' }] })
          }
          return ports.store.commit(tenant, request)
        },
      },
    }),
  })
  await runBundle(
    world,
    transaction(
      conditional(
        'PATCH',
        'Practitioner/a',
        binary([
          { op: 'add', path: '/active', value: true },
          { op: 'add', path: '/gender', value: 'male' },
        ]),
      ),
    ),
  )
  expect(newOnes(world)).toEqual(['PUT Practitioner/a 2'])
})

test('a delete by address and a patch in one batch-like order: deletes come first', async () => {
  const world = await filled()
  await runBundle(world, transaction(conditional('PATCH', 'Practitioner/b', activate), del('Practitioner/a')))
  expect(newOnes(world)).toEqual(['DELETE Practitioner/a 2', 'PATCH Practitioner/b 2'])
})
