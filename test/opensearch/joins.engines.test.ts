/** Joins are followed from the side that is smaller, a thousand resources at a time, and no further than the limit. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Engine } from '#adapters/opensearch/engine/engine.ts'
import { OpenSearchIndex } from '#adapters/opensearch/index.ts'
import type { Tenant } from '#service/call.ts'
import { Fault } from '#service/fault.ts'
import type { Position } from '#service/ports/search-index.ts'
import type { Node, ScopedQuery } from '#service/search/ast.ts'
import { containedId, containedParameter, containedType, containerParameters } from '#service/search/contained.ts'
import type { IndexDocument, IndexValue } from '#service/search/document.ts'
import { documentOf, freshTenant, soon } from '#test/contract/changes.ts'
import { type OpenSearchWorld, openSearchWorld } from '#test/support/opensearch-world.ts'
import { searchParameter } from '#test/support/search-parameter.ts'

const PATIENTS = 12_000

const subject = searchParameter('Observation', 'subject')
const INSIDE = containerParameters('Observation')

let world: OpenSearchWorld
let tenant: Tenant

const nameOf = (number: number): string => `p${String(number).padStart(5, '0')}`

const to = (type: string, id: string): IndexValue => ({
  kind: 'reference',
  type,
  id,
  url: undefined,
  version: undefined,
})

/**
 * Twelve thousand patients, men and women in turn; each has an observation, every thousandth one has fever. The first
 * two have reports with an observation inside.
 */
function* corpus(): Iterable<IndexDocument> {
  for (const number of [0, 1]) yield reportOf(nameOf(number))
  for (let number = 0; number < PATIENTS; number++) {
    const id = nameOf(number)
    yield documentOf('Patient', id, {
      gender: [{ kind: 'token', system: '', code: number % 2 === 0 ? 'male' : 'female' }],
      family: [{ kind: 'string', value: id, normalized: id }],
    })
    yield documentOf('Observation', `o${id}`, {
      subject: [to('Patient', id)],
      code: [{ kind: 'token', system: '', code: number % 1000 === 0 ? 'fever' : 'weight' }],
    })
  }
}

function reportOf(patient: string): IndexDocument {
  const report = documentOf('DiagnosticReport', `r${patient}`, {})
  const entries = [
    { parameter: containedParameter(subject), values: [to('Patient', patient)] },
    { parameter: INSIDE.container, values: [to(report.type, report.id)] },
  ]
  const { versionId, lastUpdated } = report
  const inside = { type: containedType('Observation'), id: containedId(report, 'o'), versionId, lastUpdated, entries }
  return { ...report, contained: [{ ...inside, compartments: [] }] }
}

beforeAll(async () => {
  world = await openSearchWorld()
  tenant = freshTenant()
  expect(await world.writer.write(tenant, [...corpus()], Date.now() + 120_000)).toEqual([])
  await world.writer.refresh(soon())
}, 240_000)

afterAll(() => world.close())

const token = (type: string, parameter: string, code: string): Node => ({
  kind: 'token',
  parameter: searchParameter(type, parameter),
  system: undefined,
  code,
})

const named = (value: string): Node => ({
  kind: 'string',
  parameter: searchParameter('Patient', 'family'),
  mode: 'starts',
  value,
})

const of = (where: Node): Node => ({ kind: 'chain', parameter: subject, query: { type: 'Patient', where } })
const having = (where: Node): Node => ({ kind: 'has', parameter: subject, query: { type: 'Observation', where } })
const both = (...nodes: Node[]): Node => ({ kind: 'and', nodes })

const MALE = token('Patient', 'gender', 'male')
const FEVER = token('Observation', 'code', 'fever')
const WEIGHT = token('Observation', 'code', 'weight')

interface Wanted {
  readonly count?: number
  readonly total?: 'none' | 'estimate' | 'accurate'
  readonly after?: Position
}

async function search(type: string, where: Node, { count = 3, total = 'none', after }: Wanted = {}) {
  let requests = 0
  const counting: Engine = {
    send(request) {
      requests++
      return world.engine.send(request)
    },
  }
  const index = new OpenSearchIndex({ engine: counting, place: world.place, clock: { now: () => Date.now() } })
  const query = { type, where } as ScopedQuery
  const page = await index.search(tenant, { query, sort: [], count, total, deadline: soon(), ...(after && { after }) })
  return { ids: page.hits.map(({ id }) => id), next: page.next, total: page.total, requests }
}

const TOO_MANY =
  'The chains and _has of this search lead through more than 50000 resources. Give it more, or more selective, parameters.'

test('a chain to few targets asks for them, then for what points there', async () => {
  expect(await search('Observation', of(named('p0000')), { total: 'accurate' })).toEqual({
    ids: ['op00000', 'op00001', 'op00002'],
    next: ['op00002'],
    total: 10,
    requests: 2,
  })
})

test('a chain to many targets from few resources asks for the resources first', async () => {
  const where = both(of(MALE), { kind: 'id', ids: ['op00003', 'op00004', 'op00006'] })
  // The targets are counted, then the resources; these, their targets among the many, and the page.
  expect(await search('Observation', where)).toMatchObject({ ids: ['op00004', 'op00006'], requests: 6 })
})

test('a chain to some thousands of targets becomes a list of them', async () => {
  const { ids, total } = await search('Observation', both(of(MALE), WEIGHT), { total: 'accurate' })
  expect([ids, total]).toEqual([['op00002', 'op00004', 'op00006'], 5988])
})

test('_has from few resources asks where they point', async () => {
  expect(await search('Patient', having(FEVER), { total: 'accurate' })).toMatchObject({
    ids: ['p00000', 'p01000', 'p02000'],
    total: 12,
    requests: 3,
  })
})

test('_has from more than can be gathered goes through candidates until the page is full', async () => {
  const first = await search('Patient', both(having(WEIGHT), MALE))
  expect(first).toMatchObject({ ids: ['p00002', 'p00004', 'p00006'], next: ['p00006'] })
  const next = await search('Patient', both(having(WEIGHT), MALE), { after: first.next ?? [] })
  expect(next.ids).toEqual(['p00008', 'p00010', 'p00012'])
  const { total } = await search('Patient', both(having(WEIGHT), MALE), { count: 0, total: 'accurate' })
  expect(total).toBe(5988)
})

test('a page of more hits than the engine gives at once goes on behind them', async () => {
  const first = await search('Patient', { kind: 'everything' }, { count: 20_000 })
  expect([first.ids.length, first.ids.at(-1), first.next]).toEqual([9_999, 'p09998', ['p09998']])
  const second = await search('Patient', { kind: 'everything' }, { count: 20_000, after: first.next ?? [] })
  expect([second.ids.length, second.ids[0], second.next]).toEqual([2001, 'p09999', undefined])
})

test('joins behind joins', async () => {
  const sameAsFever = both(of(both(having(FEVER), MALE)), WEIGHT)
  expect((await search('Observation', of(having(FEVER)), { total: 'accurate' })).total).toBe(12)
  expect((await search('Observation', sameAsFever)).ids).toEqual([])
  expect((await search('Observation', both(of(having(WEIGHT)), { kind: 'not', node: of(MALE) }))).ids).toEqual([
    'op00001',
    'op00003',
    'op00005',
  ])
})

test('what contains a resource is found by a chain of that to many targets', async () => {
  const inside = containedType('Observation')
  const chain = {
    kind: 'chain',
    parameter: containedParameter(subject),
    query: { type: 'Patient', where: MALE },
  } as const
  const container: Node = { kind: 'has', parameter: INSIDE.container, query: { type: inside, where: chain } }
  expect((await search('DiagnosticReport', container)).ids).toEqual(['rp00000'])
  expect((await search(inside, chain)).ids).toEqual(['DiagnosticReport/rp00000#o'])
})

test('a search that has to look at too much is given up by the name of the limit', async () => {
  // Each of three times twelve thousand candidates is held against those with a weight, and then against all three.
  const looked = both(...[1, 2, 3].map(() => having(WEIGHT)), { kind: 'not', node: named('none') })
  const failure = await search('Patient', looked, { count: 0, total: 'accurate' }).catch((error: unknown) => error)
  expect(Fault.is(failure) && [failure.category, failure.message]).toEqual(['too-costly', TOO_MANY])
})
