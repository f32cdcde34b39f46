import { expect, test } from 'vitest'
import { faultOf, jsonOf, type TestWorld, testWorld, type WorldOptions } from '#test/support/test-world.ts'
import { ALLOW_ALL } from '../access/policy.ts'
import type { Parameters, SearchResult } from '../fhir-service.ts'
import type { SearchRequest } from '../ports/search-index.ts'
import { sealVersion } from '../ports/stored-version.ts'
import { parseQueryString } from '../query-string.ts'
import { encodeUtf8 } from '../resource/json.ts'
import { textOfJson } from '../resource/json-text.ts'

const put = ({ service, call }: TestWorld, type: string, id: string, more: object = {}) =>
  service.update(call, { type, id, content: { resourceType: type, id, ...more } })

/** Patients p0 to p4, every other one active; Observations o0 to o4 of each. */
async function worldWithPatients(options: WorldOptions = {}): Promise<TestWorld> {
  const world = testWorld(options)
  for (let index = 0; index < 5; index++) {
    await put(world, 'Patient', `p${index}`, { active: index % 2 === 0, birthDate: `197${5 - index}-01-01` })
    await put(world, 'Observation', `o${index}`, {
      status: 'final',
      code: { text: 'x' },
      subject: { reference: `Patient/p${index}` },
    })
  }
  return world
}

const search = ({ service, call }: TestWorld, query: string, more: { handling?: 'lenient' } = {}) => {
  const [type = '', parameters = ''] = query.split('?')
  return service.search(call, { type, parameters: parseQueryString(parameters), ...more })
}

const summaryOf = ({ matches, includes, ...rest }: SearchResult) => ({
  matches: matches.map(({ id }) => id),
  includes: includes.map(({ id }) => id),
  ...rest,
})

test('a search answers its matches and what was applied', async () => {
  const world = await worldWithPatients()
  expect(summaryOf(await search(world, 'Patient?active=true&_sort=birthdate'))).toEqual({
    matches: ['p4', 'p2', 'p0'],
    includes: [],
    issues: [],
    total: 3,
    countOnly: false,
    self: [
      ['active', 'true'],
      ['_sort', 'birthdate'],
    ],
    first: [
      ['active', 'true'],
      ['_sort', 'birthdate'],
    ],
    next: undefined,
  })
})

test('pages hold every match once; the total is there where one page holds all or it was asked for', async () => {
  const world = await worldWithPatients()
  const seen: string[][] = []
  const totals: (number | undefined)[] = []
  let parameters: Parameters | undefined = [['_count', '2']]
  while (parameters) {
    const page: SearchResult = await world.service.search(world.call, { type: 'Patient', parameters })
    expect(page.self).toEqual(parameters)
    expect(page.first).toEqual([['_count', '2']])
    seen.push(page.matches.map(({ id }) => id))
    totals.push(page.total)
    parameters = page.next
  }
  expect(seen).toEqual([['p0', 'p1'], ['p2', 'p3'], ['p4']])
  expect(totals).toEqual([undefined, undefined, undefined])
  expect((await search(world, 'Patient?_count=2&_total=accurate')).total).toBe(5)
  expect((await search(world, 'Patient?_count=5')).total).toBe(5)
})

test('a page link is good for its own search only', async () => {
  const world = await worldWithPatients()
  const { next = [] } = await search(world, 'Patient?_count=2')
  const fault = await faultOf(world.service.search(world.call, { type: 'Observation', parameters: next }))
  expect({ category: fault.category, expression: fault.issues[0]?.expression }).toEqual({
    category: 'invalid',
    expression: ['_cursor'],
  })
})

test.each(['_summary=count', '_count=0'])('%s answers the total alone', async parameter => {
  const world = await worldWithPatients()
  expect(summaryOf(await search(world, `Patient?active=true&${parameter}`))).toEqual({
    matches: [],
    includes: [],
    issues: [],
    total: 3,
    countOnly: true,
    self: [['active', 'true'], parameter.split('=')],
    first: undefined,
    next: undefined,
  })
})

test('a page is no larger than the limit, and its link says so', async () => {
  const world = await worldWithPatients({ limits: { pageSizeMax: 3, pageSizeDefault: 2 } })
  const { matches, self } = await search(world, 'Patient?_count=100')
  expect({ size: matches.length, self }).toEqual({ size: 3, self: [['_count', '3']] })
  expect((await search(world, 'Patient')).matches).toHaveLength(2)
})

test('unknown parameters are refused, or ignored and reported', async () => {
  const world = await worldWithPatients()
  const { category } = await faultOf(search(world, 'Patient?activ=true'))
  expect(category).toBe('invalid')
  const { matches, issues, self } = await search(world, 'Patient?activ=true&_count=9', { handling: 'lenient' })
  expect({ matches: matches.length, issues: issues.map(({ severity }) => severity), self }).toEqual({
    matches: 5,
    issues: ['warning'],
    self: [['_count', '9']],
  })
})

test('a view cuts the matches', async () => {
  const world = await worldWithPatients()
  const { matches } = await search(world, 'Patient?_id=p0&_elements=active')
  expect(matches.map(({ body }) => Object.keys(jsonOf(body) as object))).toEqual([
    ['resourceType', 'id', 'meta', 'active'],
  ])
})

test('bodies stay unparsed where nobody has to look inside', async () => {
  const world = await worldWithPatients({
    wrap: ports => ({
      ...ports,
      store: {
        ...ports.store,
        readNewest: async (...request) => {
          const versions = await ports.store.readNewest(...request)
          return versions.map(version => version && sealVersion(version, encodeUtf8('no JSON')))
        },
      },
    }),
  })
  const { matches } = await search(world, 'Patient?active=true')
  expect(matches.map(({ body }) => textOfJson(body))).toEqual(['no JSON', 'no JSON', 'no JSON'])
  expect((await faultOf(search(world, 'Patient?_include=Patient:organization'))).category).toBe('invalid')
})

test('includes and reverse includes come along once', async () => {
  const world = await worldWithPatients()
  expect(summaryOf(await search(world, 'Observation?_id=o1,o2&_include=Observation:subject')).includes).toEqual([
    'p1',
    'p2',
  ])
  expect(summaryOf(await search(world, 'Patient?_id=p1,p2&_revinclude=Observation:subject')).includes).toEqual([
    'o1',
    'o2',
  ])
  const both = 'Patient?_id=p1&_revinclude=Observation:subject&_revinclude=Observation:patient&_include:iterate=*'
  expect(summaryOf(await search(world, both)).includes).toEqual(['o1'])
})

test('an included resource that is gone is left out', async () => {
  const world = await worldWithPatients()
  await world.service.delete(world.call, { type: 'Patient', id: 'p1' })
  expect(summaryOf(await search(world, 'Observation?_id=o1,o2&_include=Observation:subject')).includes).toEqual(['p2'])
})

test(':iterate follows what was included, to a limit that is told', async () => {
  const world = testWorld({ limits: { includeRoundsMax: 3 } })
  for (let index = 0; index < 5; index++) {
    await put(world, 'Organization', `g${index}`, { name: 'x', partOf: { reference: `Organization/g${index + 1}` } })
  }
  const { includes, issues } = await search(world, 'Organization?_id=g0&_include:iterate=Organization:partof')
  expect({ includes: includes.map(({ id }) => id), issues }).toEqual({
    includes: ['g1', 'g2', 'g3'],
    issues: [
      {
        severity: 'warning',
        code: 'too-costly',
        diagnostics: ':iterate stopped after 3 rounds: what lies further away is left out',
        expression: ['_include'],
      },
    ],
  })
})

test('a circle of references ends', async () => {
  const world = testWorld()
  await put(world, 'Organization', 'a', { name: 'x', partOf: { reference: 'Organization/b' } })
  await put(world, 'Organization', 'b', { name: 'x', partOf: { reference: 'Organization/a' } })
  const { includes, issues } = await search(world, 'Organization?_id=a&_include:iterate=Organization:partof')
  expect({ includes: includes.map(({ id }) => id), issues }).toEqual({ includes: ['b'], issues: [] })
})

test.each([
  ['_revinclude', 'Patient?_id=p1&_revinclude=Observation:subject'],
  ['_include', 'Observation?_id=o1,o2,o3,o4&_include=Observation:subject'],
])('more of %s than the limit are left out with a warning', async (_what, query) => {
  const world = await worldWithPatients({ limits: { includesMax: 2 } })
  for (const id of ['x', 'y', 'z']) {
    const subject = { reference: 'Patient/p1' }
    await put(world, 'Observation', id, { status: 'final', code: { text: 'x' }, subject })
  }
  const { includes, issues } = await search(world, query)
  expect({ count: includes.length, issues: issues.map(({ severity, code }) => [severity, code]) }).toEqual({
    count: 2,
    issues: [['warning', 'too-costly']],
  })
})

test('matches that point at the matches do not use up the room for includes', async () => {
  const world = testWorld({ limits: { includesMax: 1 } })
  for (const id of ['a', 'b', 'c']) {
    await put(world, 'Organization', id, { name: 'in', partOf: { reference: 'Organization/a' } })
  }
  await put(world, 'Organization', 'd', { name: 'out', partOf: { reference: 'Organization/a' } })
  const { includes, issues } = await search(world, 'Organization?name=in&_revinclude=Organization:partof')
  expect({ includes: includes.map(({ id }) => id), issues }).toEqual({ includes: ['d'], issues: [] })
})

test('a hit is answered as it is now: left out when it matches no more or is gone', async () => {
  const stale: { hits: { type: string; id: string; versionId: number }[] } = { hits: [] }
  const world = await worldWithPatients({
    wrap: ports => ({
      ...ports,
      index: { ...ports.index, search: async () => ({ ...stale, next: undefined, total: undefined }) },
    }),
  })
  stale.hits = ['p0', 'p1', 'p2', 'p4', 'unknown'].map(id => ({ type: 'Patient', id, versionId: 1 }))
  await put(world, 'Patient', 'p0', { active: false })
  await put(world, 'Patient', 'p2', { active: true, gender: 'other' })
  await world.service.delete(world.call, { type: 'Patient', id: 'p4' })
  const { matches, total } = await search(world, 'Patient?active=true')
  // p1 never was active: a hit whose version the index knows is not judged again.
  expect({ matches: matches.map(({ id, versionId }) => [id, versionId]), total }).toEqual({
    matches: [
      ['p1', 1],
      ['p2', 2],
    ],
    total: 2,
  })
})

test('the index is asked once, with the deadline and the wish for freshness', async () => {
  const requests: SearchRequest[] = []
  const world = await worldWithPatients({
    wrap: ports => ({
      ...ports,
      index: {
        ...ports.index,
        search: (tenant, request) => {
          requests.push(request)
          return ports.index.search(tenant, request)
        },
      },
    }),
  })
  await world.service.search(world.call, { type: 'Patient', parameters: [['_total', 'estimate']], consistent: true })
  expect(requests).toEqual([
    {
      query: { type: 'Patient', where: { kind: 'everything' } },
      sort: [],
      count: 20,
      total: 'estimate',
      deadline: world.call.deadline,
      consistent: true,
    },
  ])
})

const pageOf =
  ({ service, call }: TestWorld) =>
  (parameters: Parameters) =>
    service.search(call, { type: 'Patient', parameters })

test('a page costs one question to the index, whichever way it is reached', async () => {
  const { world, asked } = await countedWorld()
  const page = pageOf(world)
  const first = await page([
    ['_sort', '-birthdate'],
    ['_count', '1'],
  ])
  const second = await page(first.next ?? [])
  const back = await page(second.previous ?? [])
  const last = await page(first.last ?? [])
  expect([second.matches, back.matches, last.matches].map(matches => matches.map(({ id }) => id))).toEqual([
    ...[['p1'], ['p0'], ['p4']],
  ])
  const places = asked.map(({ positions = false, backwards = false, after }) => [positions, backwards, after?.length])
  expect(places).toEqual([
    [false, false, undefined],
    [true, false, 2],
    [true, true, 2],
    [true, true, undefined],
  ])
  expect([first.previous, back.previous, last.next, last.last]).toEqual([undefined, undefined, undefined, last.self])
})

test('a page that is empty by now leads to what is left', async () => {
  const world = await worldWithPatients()
  const page = pageOf(world)
  const remove = (id: string) => world.service.delete(world.call, { type: 'Patient', id })
  const first = await page([['_count', '2']])
  const second = await page(first.next ?? [])
  for (const id of ['p0', 'p1']) await remove(id)
  const before = await page(second.previous ?? [])
  expect([before.matches, before.previous, before.next]).toEqual([[], undefined, first.first])
  await remove('p4')
  const behind = await page(second.next ?? [])
  expect([behind.matches, behind.next, behind.previous]).toEqual([[], undefined, first.last])
  expect((await page(behind.previous ?? [])).matches.map(({ id }) => id)).toEqual(['p2', 'p3'])
})

test('there is no search of an unknown type', async () => {
  const { category } = await faultOf(search(testWorld(), 'Patience'))
  expect(category).toBe('not-found')
})

/** Searches that the index is asked to run. */
async function countedWorld(policy = ALLOW_ALL): Promise<{ world: TestWorld; asked: SearchRequest[] }> {
  const asked: SearchRequest[] = []
  const world = await worldWithPatients({
    policy,
    wrap: ports => ({
      ...ports,
      index: {
        ...ports.index,
        search: (tenant, request) => {
          asked.push(request)
          return ports.index.search(tenant, request)
        },
      },
    }),
  })
  asked.length = 0
  return { world, asked }
}

test.each<[string, readonly string[]]>([
  ['Patient?_id=p1', ['p1']],
  ['Patient?_id=p2,p1,none', ['p2', 'p1']],
  ['Patient?_id=p2,p1&active=true', ['p2']],
  ['Patient?_id=p1&_id=p2', []],
  ['Patient?_id=p1&_id=p1,p2&birthdate=lt1990', ['p1']],
  ['Patient?_lastUpdated=gt2030&_lastUpdated=lt2020', []],
])('%s is answered without the index', async (query, ids) => {
  const { world, asked } = await countedWorld()
  expect(summaryOf(await search(world, query))).toMatchObject({ matches: ids, total: ids.length, next: undefined })
  expect(asked).toEqual([])
})

test('what is hidden is not asked for, nor found by its id', async () => {
  let hidden = false
  const { world, asked } = await countedWorld({
    permits: () => true,
    visible: (_call, type) => ({ kind: hidden && type === 'Patient' ? 'nothing' : 'everything' }),
  })
  hidden = true
  for (const query of ['Patient?_id=p1', 'Patient?active=true', 'Patient', 'Observation?subject:Patient.active=true']) {
    expect(summaryOf(await search(world, query))).toMatchObject({ matches: [], total: 0 })
  }
  expect(asked).toEqual([])
})

test('counting named resources asks no index either; what needs a join or an order does', async () => {
  const { world, asked } = await countedWorld()
  expect(await search(world, 'Patient?_id=p1,p2,none&_summary=count')).toMatchObject({ total: 2, countOnly: true })
  expect(asked).toEqual([])
  await search(world, 'Observation?_id=o1&subject:Patient.active=false')
  await search(world, 'Patient?_id=p1,p2&_sort=birthdate')
  await search(world, 'Patient?_id=p1,p2,p3&_count=1')
  expect(asked).toHaveLength(3)
})
