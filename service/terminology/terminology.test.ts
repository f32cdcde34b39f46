/** `:in`, `:not-in`, `:above` and `:below` as searches see them. */
import { beforeEach, describe, expect, test } from 'vitest'
import { testCallOf } from '#test/support/test-call.ts'
import { faultOf, runBundle, statusesOf, type TestWorld, testWorld } from '#test/support/test-world.ts'
import type { AccessPolicy } from '../access/policy.ts'
import type { Call } from '../call.ts'
import { parseQueryString } from '../query-string.ts'
import type { JsonObject } from '../resource/content.ts'

const call = testCallOf({ subject: 'admin' })

const ANIMALS = 'http://example.org/animals'

const put = (world: TestWorld, type: string, id: string, fields: JsonObject) =>
  world.service.update(call, { type, id, content: { resourceType: type, id, ...fields } })

const valueSet = (world: TestWorld, id: string, fields: JsonObject) =>
  put(world, 'ValueSet', id, { status: 'active', url: `http://example.org/${id}`, ...fields })

const observation = (world: TestWorld, code: string, system = ANIMALS) =>
  put(world, 'Observation', code.toLowerCase(), { status: 'final', code: { coding: [{ system, code }] } })

/** animal > mammal > (cat > lion, dog); animal > bird; plant. */
async function fill(world: TestWorld): Promise<void> {
  await put(world, 'CodeSystem', 'animals', {
    status: 'active',
    content: 'complete',
    url: ANIMALS,
    concept: [
      {
        code: 'animal',
        concept: [
          {
            code: 'mammal',
            concept: [{ code: 'cat' }, { code: 'dog', property: [{ code: 'tame', valueBoolean: true }] }],
          },
          { code: 'bird' },
        ],
      },
      { code: 'lion', property: [{ code: 'parent', valueCode: 'cat' }] },
      { code: 'plant' },
    ],
  })
  for (const code of ['animal', 'mammal', 'cat', 'dog', 'lion', 'bird', 'plant']) await observation(world, code)
  await observation(world, 'other', 'http://example.org/other')
  await put(world, 'Observation', 'none', { status: 'final', code: { text: 'nothing coded' } })
}

let world: TestWorld
beforeEach(async () => {
  world = testWorld()
  await fill(world)
})

const found = async (query: string, its: Call = call): Promise<string> => {
  const [type = '', parameters = ''] = query.split('?')
  const result = await world.service.search(its, { type, parameters: parseQueryString(parameters) })
  return result.matches
    .map(({ id }) => id)
    .sort()
    .join(' ')
}

const refusal = async (query: string): Promise<readonly (string | undefined)[]> => {
  const { category, issues } = await faultOf(found(query))
  return [category, issues[0]?.code, issues[0]?.diagnostics]
}

const include = (...parts: JsonObject[]) => ({ compose: { include: parts } })

const isA = (value: string, op = 'is-a') => ({ system: ANIMALS, filter: [{ property: 'concept', op, value }] })

describe('a value set holds', () => {
  test.each<[string, JsonObject, string]>([
    ['listed codes', include({ system: ANIMALS, concept: [{ code: 'cat' }, { code: 'bird' }] }), 'bird cat'],
    ['a whole system', include({ system: 'http://example.org/other' }), 'other'],
    ['a branch', include(isA('cat')), 'cat lion'],
    ['what is below', include(isA('mammal', 'descendent-of')), 'cat dog lion'],
    ['what is not below', include(isA('animal', 'is-not-a')), 'plant'],
    ['what is above', include(isA('lion', 'generalizes')), 'animal cat lion mammal'],
    [
      'codes with a property',
      include({ system: ANIMALS, filter: [{ property: 'tame', op: '=', value: 'true' }] }),
      'dog',
    ],
    [
      'what all filters leave',
      include({ ...isA('mammal'), filter: [...isA('mammal').filter, ...isA('cat').filter] }),
      'cat lion',
    ],
    ['several parts', include(isA('cat'), { system: ANIMALS, concept: [{ code: 'plant' }] }), 'cat lion plant'],
    ['all but what it excludes', { compose: { include: [isA('mammal')], exclude: [isA('cat')] } }, 'dog mammal'],
    [
      'a stored system but for some codes',
      { compose: { include: [{ system: ANIMALS }], exclude: [isA('mammal')] } },
      'animal bird plant',
    ],
    [
      'its expansion, where it has one',
      {
        ...include({ system: ANIMALS }),
        expansion: {
          timestamp: '2020-01-01',
          contains: [
            { system: ANIMALS, code: 'animal', abstract: true, contains: [{ system: ANIMALS, code: 'bird' }] },
          ],
        },
      },
      'bird',
    ],
    ['a value set in it', include({ valueSet: ['http://example.org/pets'] }), 'cat dog'],
    ['what is in both', include({ ...isA('cat'), valueSet: ['http://example.org/pets'] }), 'cat'],
  ])('%s', async (_what, fields, ids) => {
    await valueSet(world, 'pets', include({ system: ANIMALS, concept: [{ code: 'cat' }, { code: 'dog' }] }))
    await valueSet(world, 'x', fields)
    expect(await found('Observation?code:in=http://example.org/x')).toBe(ids)
    const others = (await found('Observation?')).split(' ').filter(id => !ids.split(' ').includes(id))
    expect(await found('Observation?code:not-in=http://example.org/x')).toBe(others.join(' '))
  })

  test.each(['x', 'ValueSet/x', 'http://localhost:8080/fhir/ValueSet/x', 'http://example.org/x|2'])(
    'is named by %s',
    async name => {
      await valueSet(world, 'x', { version: '2', ...include({ system: ANIMALS, concept: [{ code: 'cat' }] }) })
      expect(await found(`Observation?code:in=${name}`)).toBe('cat')
    },
  )
})

test("R4's own value sets and hierarchies need not be stored", async () => {
  expect(await found('Observation?status:in=http://hl7.org/fhir/ValueSet/observation-status&_id=cat')).toBe('cat')
  expect(await found('Observation?status:below=http://hl7.org/fhir/observation-status|final&_id=cat')).toBe('cat')
  const actCode = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
  await observation(world, 'IMP', actCode)
  await observation(world, 'ACUTE', actCode)
  expect(await found(`Observation?code:below=${actCode}|IMP`)).toBe('acute imp')
  expect(await found(`Observation?code:above=${actCode}|ACUTE`)).toBe('acute imp')
})

test('above and below follow the stored hierarchy', async () => {
  expect(await found(`Observation?code:below=${ANIMALS}|cat,${ANIMALS}|bird`)).toBe('bird cat lion')
  expect(await found(`Observation?code:above=${ANIMALS}|lion`)).toBe('animal cat lion mammal')
})

test('a value set in a chain', async () => {
  await valueSet(world, 'x', include({ system: ANIMALS, concept: [{ code: 'cat' }] }))
  const derivedFrom = [{ reference: 'Observation/cat' }]
  await put(world, 'Observation', 'derived', { status: 'final', code: { text: 'x' }, derivedFrom })
  expect(await found('Observation?derived-from:Observation.code:in=http://example.org/x')).toBe('derived')
})

test('what can not be resolved is refused with its reason', async () => {
  const at = 'Observation?code:in=http://example.org/x'
  const start = "Parameter 'code:in': 'http://example.org/x'"
  expect(await refusal(at)).toEqual([
    'invalid',
    'not-found',
    `${start} is no value set that is stored here, nor one that R4's required bindings name`,
  ])
  const reasons: [JsonObject, string, string][] = [
    [
      include({ valueSet: ['http://example.org/x'] }),
      'not-supported',
      'names the value set http://example.org/x, which includes itself',
    ],
    [
      include({ system: 'urn:none', filter: [{ property: 'concept', op: 'is-a', value: 'a' }] }),
      'not-supported',
      "has a filter on urn:none, a code system that is neither stored here nor one of R4's own",
    ],
    [
      include({ system: ANIMALS, filter: [{ property: 'concept', op: 'regex', value: 'a' }] }),
      'not-supported',
      "has the filter 'concept regex a', which is not supported",
    ],
    [
      { compose: { include: [{ system: 'urn:none' }], exclude: [{ system: 'urn:none', concept: [{ code: 'a' }] }] } },
      'not-supported',
      'leaves codes of urn:none out, a code system that is not stored here in full',
    ],
    [
      include({ system: ANIMALS, concept: Array.from({ length: 10_001 }, (_, index) => ({ code: `c${index}` })) }),
      'too-costly',
      'has more than 10000 codes, which is the limit of a search',
    ],
  ]
  for (const [fields, code, reason] of reasons) {
    await valueSet(world, 'x', fields)
    expect(await refusal(at)).toEqual(['invalid', code, `${start} ${reason}`])
  }
  expect(await refusal('Observation?code:below=cat')).toEqual([
    'invalid',
    'value',
    "Parameter 'code:below': 'cat' is not what it takes; expected system|code",
  ])
  expect(await refusal('Observation?code:below=urn:none|cat')).toEqual([
    'invalid',
    'not-found',
    "Parameter 'code:below': 'urn:none|cat' is of a code system that is neither stored here nor one of R4's own: what is above and below is unknown",
  ])
})

test('who may not see a value set may not search by it', async () => {
  await valueSet(world, 'x', include({ system: ANIMALS, concept: [{ code: 'cat' }] }))
  const guest = testCallOf({ subject: 'guest' })
  for (const policy of [
    { permits: () => true, visible: (its, type) => hidden(its, type) },
    {
      permits: (its, _code, type) => its.caller.subject === 'admin' || type !== 'ValueSet',
      visible: () => ({ kind: 'everything' }),
    },
  ] satisfies AccessPolicy[]) {
    world = testWorld({ policy })
    await fill(world)
    await valueSet(world, 'x', include({ system: ANIMALS, concept: [{ code: 'cat' }] }))
    for (const name of ['http://example.org/x', 'ValueSet/x']) {
      expect(await found(`Observation?code:in=${name}`)).toBe('cat')
      expect((await faultOf(found(`Observation?code:in=${name}`, guest))).issues[0]?.code).toBe('not-found')
    }
  }
})

const hidden = (its: Call, type: string) =>
  ({ kind: its.caller.subject === 'admin' || type !== 'ValueSet' ? 'everything' : 'nothing' }) as const

test('a condition may ask for a value set', async () => {
  await valueSet(world, 'x', include({ system: ANIMALS, concept: [{ code: 'cat' }] }))
  const content = { resourceType: 'Observation', status: 'final', code: { text: 'x' } }
  const ifNoneExist = 'code:in=http://example.org/x'
  expect((await world.service.create(call, { type: 'Observation', content, ifNoneExist })).kind).toBe('unchanged')
})

test('conditions of a transaction may ask for value sets and hierarchies', async () => {
  await valueSet(world, 'x', include({ system: ANIMALS, concept: [{ code: 'cat' }] }))
  const observed = (more: JsonObject = {}) => ({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    ...more,
  })
  const among = 'Observation?code:in=http://example.org/x'
  const entry = [
    { resource: observed(), request: { method: 'POST', url: 'Observation', ifNoneExist: among } },
    {
      resource: observed({ status: 'amended' }),
      request: { method: 'PUT', url: `Observation?code:below=${ANIMALS}|bird` },
    },
    { resource: observed({ derivedFrom: [{ reference: among }] }), request: { method: 'POST', url: 'Observation' } },
    { request: { method: 'DELETE', url: 'Observation?code:not-in=http://example.org/x&_id=plant' } },
  ]
  const bundle = (...its: JsonObject[]): JsonObject => ({ resourceType: 'Bundle', type: 'transaction', entry: its })
  expect(statusesOf(await runBundle(world, bundle(...entry)))).toEqual([
    '200 OK',
    '200 OK',
    '201 Created',
    '204 No Content',
  ])
  expect(await found('Observation?derived-from=cat')).not.toBe('')
  const unknown = 'Observation?code:in=http://example.org/none'
  const wrong = [
    { resource: observed(), request: { method: 'POST', url: 'Observation', ifNoneExist: unknown } },
    { request: { method: 'DELETE', url: unknown } },
    { resource: observed({ derivedFrom: [{ reference: unknown }] }), request: { method: 'POST', url: 'Observation' } },
  ]
  const refusals = await Promise.all(wrong.map(one => faultOf(runBundle(world, bundle(one)))))
  const reason = "is no value set that is stored here, nor one that R4's required bindings name"
  const diagnostics = `Parameter 'code:in': 'http://example.org/none' ${reason}`
  expect(refusals.map(({ issues }) => [issues[0]?.diagnostics, issues[0]?.expression])).toEqual([
    [diagnostics, ['Bundle.entry[0].request.ifNoneExist']],
    [diagnostics, ['Bundle.entry[0]']],
    [diagnostics, ['Bundle.entry[0].resource.derivedFrom[0]']],
  ])
})

test('a search reads no more than it may', async () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `http://example.org/v${index}`)
  expect(await refusal(`Observation?code:in=${names(51).join(',')}`)).toEqual([
    'too-costly',
    'too-costly',
    'A search may name 50 value sets and branches of hierarchies, and this one has 51',
  ])
  for (const name of names(100))
    await valueSet(world, name.slice(19), include({ system: ANIMALS, concept: [{ code: 'cat' }] }))
  await valueSet(world, 'x', include(...names(99).map(name => ({ valueSet: [name] }))))
  expect(await found('Observation?code:in=ValueSet/x')).toBe('cat')
  await valueSet(world, 'x', include(...names(100).map(name => ({ valueSet: [name] }))))
  expect(await refusal('Observation?code:in=ValueSet/x')).toEqual([
    'invalid',
    'too-costly',
    "Parameter 'code:in': 'ValueSet/x' names the value set http://example.org/v99, which takes more than 100 value sets and code systems, the limit of a search",
  ])
})
