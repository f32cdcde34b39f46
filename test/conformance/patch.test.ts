/** R4 http.html#patch: JSON Patch, JSON Merge Patch and FHIRPath Patch, of an instance and by condition. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fhirpathPatch, NAMED } from '#test/support/patches.ts'
import {
  BASE_URL,
  FHIR_TYPE,
  openRestWorld,
  type RestWorld,
  refused,
  stamped,
  versionHeaders,
} from '#test/support/rest-world.ts'

let world: RestWorld

const JSON_PATCH = { 'content-type': 'application/json-patch+json' }
const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' }

beforeEach(async () => {
  world = await openRestWorld()
  await world.send('PUT /Patient/a', { body: NAMED })
  world.clock.advance(1000)
})

afterEach(() => world.close())

const SECOND = { id: 'a', version: 2, afterMs: 1000 }

const patched = (resource: { readonly resourceType: string }) => ({
  status: 200,
  headers: {
    ...FHIR_TYPE,
    ...versionHeaders(SECOND),
    'Content-Location': `${BASE_URL}/Patient/a/_history/2`,
  },
  body: stamped(resource, SECOND),
})

const jsonPatch = (...operations: readonly object[]) => ({ body: operations, headers: JSON_PATCH })

test('a JSON Patch makes a new version, which a PATCH is in the history', async () => {
  const sent = jsonPatch(
    { op: 'test', path: '/name/0/family', value: 'Berg' },
    { op: 'replace', path: '/name/0/family', value: 'Berger' },
    { op: 'add', path: '/name/0/given/-', value: 'Ida' },
    { op: 'remove', path: '/name/1' },
    { op: 'move', from: '/birthDate', path: '/deceasedDateTime' },
    { op: 'copy', from: '/name/0/given/0', path: '/name/0/text' },
  )
  const { birthDate: _moved, ...rest } = NAMED
  const name = [{ family: 'Berger', given: ['Ada', 'Eva', 'Ida'], text: 'Ada' }]
  expect(await world.send('PATCH /Patient/a', sent)).toEqual(
    patched({ ...rest, name, deceasedDateTime: '1970-01-01' } as never),
  )
  const { body } = await world.send('GET /Patient/a/_history?_count=1')
  expect(body).toMatchObject({
    entry: [{ request: { method: 'PATCH', url: 'Patient/a' }, response: { status: '200 OK', etag: 'W/"2"' } }],
  })
})

test('a merge patch replaces, adds and takes away', async () => {
  const sent = { body: { active: null, gender: 'female', name: [{ text: 'A' }] }, headers: MERGE_PATCH }
  const { active: _gone, ...rest } = NAMED
  expect(await world.send('PATCH /Patient/a', sent)).toEqual(
    patched({ ...rest, gender: 'female', name: [{ text: 'A' }] } as never),
  )
})

test('decimals that are not touched stay as they were written, and are compared by their worth', async () => {
  const quantity = '{"value":120.50,"unit":"mmHg"}'
  const text = `{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"valueQuantity":${quantity}}`
  await world.send('PUT /Observation/o', { body: text })
  const sent = [
    jsonPatch(
      { op: 'test', path: '/valueQuantity/value', value: 120.5 },
      { op: 'replace', path: '/status', value: 'amended' },
    ),
    { body: { code: { text: 'y' } }, headers: MERGE_PATCH },
    fhirpathPatch({ type: 'replace', path: 'Observation.status', value: { valueCode: 'final' } }),
  ]
  for (const parts of sent) {
    expect(await world.send('PATCH /Observation/o', parts)).toMatchObject({ status: 200 })
    expect(await world.text('GET /Observation/o')).toContain(quantity)
  }
  const exact = '[{"op":"add","path":"/referenceRange","value":[{"low":{"value":1.10}}]}]'
  await world.send('PATCH /Observation/o', { body: exact, headers: JSON_PATCH })
  expect(await world.text('GET /Observation/o')).toContain('{"value":1.10}')
})

test('a patch that changes nothing makes no version', async () => {
  const sent = jsonPatch({ op: 'replace', path: '/active', value: true })
  expect(await world.send('PATCH /Patient/a', sent)).toMatchObject({ status: 200, headers: { ETag: 'W/"1"' } })
  expect((await world.send('GET /Patient/a')).headers.ETag).toBe('W/"1"')
})

test('what a patch has emptied is left out', async () => {
  const sent = jsonPatch({ op: 'remove', path: '/name/1' }, { op: 'remove', path: '/name/0' })
  expect((await world.send('PATCH /Patient/a', sent)).body).not.toHaveProperty('name')
})

describe('nothing is written of', () => {
  test.each([
    [
      'a test that fails',
      jsonPatch({ op: 'add', path: '/gender', value: 'male' }, { op: 'test', path: '/active', value: false }),
      422,
      'processing',
      'Operation 1 of the patch (test /active): the value is another one',
    ],
    [
      'a path to nothing',
      jsonPatch({ op: 'remove', path: '/photo' }),
      422,
      'processing',
      'Operation 0 of the patch (remove /photo): there is nothing at "/photo"',
    ],
    [
      'a path below nothing',
      jsonPatch({ op: 'add', path: '/contact/0/gender', value: 'male' }),
      422,
      'processing',
      'Operation 0 of the patch (add /contact/0/gender): there is no element at "/contact/0/gender"',
    ],
    [
      'an index too high',
      jsonPatch({ op: 'add', path: '/name/3', value: {} }),
      422,
      'processing',
      'Operation 0 of the patch (add /name/3): "3" is no place in a list of 2',
    ],
    [
      'an unknown operation',
      jsonPatch({ op: 'append', path: '/name', value: {} }),
      422,
      'processing',
      'Operation 0 of the patch (append /name): op is one of add, remove, replace, move, copy, test, not "append"',
    ],
    [
      'no array',
      { body: { op: 'remove', path: '/name' }, headers: JSON_PATCH },
      400,
      'structure',
      'A JSON Patch is an array of operations (RFC 6902)',
    ],
    [
      'an operation without a value',
      jsonPatch({ op: 'add', path: '/name' }),
      400,
      'structure',
      'Operation 0 of the patch: add needs a value',
    ],
    [
      'a path that is no pointer',
      jsonPatch({ op: 'remove', path: 'name' }),
      400,
      'structure',
      'Operation 0 of the patch: "name" is no JSON Pointer such as /name/0',
    ],
    [
      'another id',
      jsonPatch({ op: 'replace', path: '/id', value: 'b' }),
      422,
      'processing',
      'A patch can not change the id of a resource',
      'id',
    ],
    [
      'another type',
      { body: { resourceType: 'Group' }, headers: MERGE_PATCH },
      422,
      'processing',
      'A patch can not change the resourceType of a resource',
      'resourceType',
    ],
    [
      'a merge patch that is no object',
      { body: [], headers: MERGE_PATCH },
      400,
      'structure',
      'A JSON Merge Patch of a resource is an object (RFC 7396)',
    ],
    [
      'what is no FHIRPath Patch',
      { body: NAMED },
      400,
      'structure',
      'The resourceType "Patient" is not "Parameters", which is expected here',
    ],
    [
      'Parameters without operations',
      { body: { resourceType: 'Parameters' } },
      400,
      'structure',
      'A FHIRPath Patch is a Parameters resource with parameters named operation',
      'Parameters',
    ],
    [
      'a path to several',
      fhirpathPatch({ type: 'delete', path: 'Patient.name' }),
      422,
      'processing',
      'Operation 0 of the patch (delete Patient.name): the path leads to 2 elements, and must lead to one',
      'Parameters.parameter[0]',
    ],
    [
      'a path to none',
      fhirpathPatch(
        { type: 'delete', path: 'Patient.photo' },
        { type: 'replace', path: 'Patient.photo', value: { valueString: 'x' } },
      ),
      422,
      'processing',
      'Operation 1 of the patch (replace Patient.photo): the path leads to no element',
      'Parameters.parameter[1]',
    ],
    [
      'a path that is a value',
      fhirpathPatch({ type: 'delete', path: "'x'" }),
      422,
      'processing',
      "Operation 0 of the patch (delete 'x'): the path leads to something that is no element of the resource",
      'Parameters.parameter[0]',
    ],
    [
      'a path that looks elsewhere',
      fhirpathPatch({ type: 'delete', path: 'Patient.generalPractitioner.resolve()' }),
      422,
      'processing',
      'Operation 0 of the patch (delete Patient.generalPractitioner.resolve()): the path is not one of a patch: a path may not call resolve()',
      'Parameters.parameter[0]',
    ],
    [
      'a path with a variable',
      fhirpathPatch({ type: 'delete', path: 'Patient.name.where(%context.name.exists())' }),
      422,
      'processing',
      'Operation 0 of the patch (delete Patient.name.where(%context.name.exists())): the path is not one of a patch: a path may have no variables',
      'Parameters.parameter[0]',
    ],
    [
      'a path that the parser itself fails on',
      fhirpathPatch({ type: 'delete', path: '%|0>EF#b/' }),
      422,
      'processing',
      'Operation 0 of the patch (delete %|0>EF#b/): the path is not one of a patch: it can not be evaluated',
      'Parameters.parameter[0]',
    ],
    [
      'an element that is there',
      fhirpathPatch({ type: 'add', path: 'Patient', name: 'active', value: { valueBoolean: false } }),
      422,
      'processing',
      'Operation 0 of the patch (add Patient): "active" is there already: replace it',
      'Parameters.parameter[0]',
    ],
    [
      'an unknown kind of operation',
      fhirpathPatch({ type: 'put', path: 'Patient' }),
      422,
      'processing',
      'Operation 0 of the patch (put Patient): type is one of add, insert, delete, replace, move, not "put"',
      'Parameters.parameter[0]',
    ],
  ] as const)('%s', async (_what, parts, status, code, diagnostics, expression?: string) => {
    const answer = await world.send('PATCH /Patient/a', parts as never)
    expect(answer).toEqual(refused(status, code, diagnostics, ...(expression === undefined ? [] : [expression])))
    expect((await world.send('GET /Patient/a')).headers.ETag).toBe('W/"1"')
  })

  test('what would be no resource of its type', async () => {
    const sent = jsonPatch({ op: 'add', path: '/gender', value: 'm' })
    expect(await world.send('PATCH /Patient/a', sent)).toMatchObject({
      status: 422,
      body: { issue: [{ code: 'code-invalid', expression: ['Patient.gender'] }] },
    })
  })

  test('a patch that copies without end', async () => {
    const copies = Array.from({ length: 40 }, (_, index) => ({ op: 'copy', from: '', path: `/x${index}` }))
    expect(await world.send('PATCH /Patient/a', jsonPatch(...copies))).toMatchObject({
      status: 422,
      body: { issue: [{ code: 'too-costly' }] },
    })
  })

  test('a FHIRPath Patch that looks through a large resource too often', async () => {
    await world.send('PUT /Patient/b', {
      body: { resourceType: 'Patient', id: 'b', name: Array.from({ length: 10_000 }, () => ({ given: ['a', 'b'] })) },
    })
    const operation = { type: 'delete', path: 'Patient.gender' }
    const sent = fhirpathPatch(...Array.from({ length: 150 }, () => operation))
    expect(await world.send('PATCH /Patient/b', sent)).toEqual(
      refused(
        422,
        'too-costly',
        'A FHIRPath Patch of a resource of this size may have 124 operations',
        'Parameters.parameter',
      ),
    )
  })

  test('a body of another media type', async () => {
    const parts = { body: '<diff/>', headers: { 'content-type': 'text/plain' } }
    expect(await world.send('PATCH /Patient/a', parts)).toMatchObject({ status: 415 })
  })
})

test.each([
  ['PATCH /Patient/nobody', 404, 'not-found', 'There is no Patient/nobody'],
  [
    'PATCH /Patient?identifier=urn:mrn|8',
    404,
    'not-found',
    "The condition 'Patient?identifier=urn:mrn%7C8' matches no resource",
  ],
  [
    'PATCH /Patient',
    400,
    'value',
    'There is no condition: it is said by search parameters, as in Patient?identifier=...',
  ],
] as const)('%s is %i', async (line, status, code, diagnostics) => {
  const sent = jsonPatch({ op: 'add', path: '/gender', value: 'male' })
  expect(await world.send(line, sent)).toEqual(refused(status, code, diagnostics))
})

test('of what was deleted: gone', async () => {
  await world.send('DELETE /Patient/a')
  const sent = jsonPatch({ op: 'add', path: '/gender', value: 'male' })
  expect(await world.send('PATCH /Patient/a', sent)).toMatchObject({ status: 410 })
})

test('by condition: the one match; several are 412', async () => {
  const sent = jsonPatch({ op: 'add', path: '/gender', value: 'male' })
  const answer = await world.send('PATCH /Patient?identifier=urn:mrn|7', sent)
  expect(answer).toEqual(patched({ ...NAMED, gender: 'male' } as never))
  await world.send('PUT /Patient/b', { body: { ...NAMED, id: 'b' } })
  expect(await world.send('PATCH /Patient?identifier=urn:mrn|7', sent)).toEqual(
    refused(412, 'multiple-matches', "The condition 'Patient?identifier=urn:mrn%7C7' matches more than one resource"),
  )
})

test('If-Match: the version it names, or 412', async () => {
  const sent = jsonPatch({ op: 'add', path: '/gender', value: 'male' })
  const withMatch = (ifMatch: string) =>
    world.send('PATCH /Patient/a', { ...sent, headers: { ...JSON_PATCH, 'if-match': ifMatch } })
  expect(await withMatch('W/"3"')).toEqual(
    refused(412, 'conflict', 'Patient/a: If-Match asks for version 3, but its version is 1'),
  )
  expect(await withMatch('W/"3", W/"1"')).toMatchObject({ status: 200 })
  expect(await withMatch('W/"1"')).toMatchObject({ status: 412 })
  expect(await withMatch('*')).toMatchObject({ status: 200 })
})

test('of many at the same time none is lost', async () => {
  const sends = Array.from({ length: 8 }, (_, index) =>
    world.send('PATCH /Patient/a', jsonPatch({ op: 'add', path: '/name/0/given/-', value: `g${index}` })),
  )
  expect((await Promise.all(sends)).map(({ status }) => status)).toEqual(Array(8).fill(200))
  const { body, headers } = await world.send('GET /Patient/a')
  expect(headers.ETag).toBe('W/"9"')
  const [name] = (body as { name: [{ given: string[] }] }).name
  expect(name.given.slice(2).sort()).toEqual(Array.from({ length: 8 }, (_, index) => `g${index}`))
})
