/** What every SearchIndex does. That it means what `evaluate` means is held by test/differential. */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { Tenant } from '#service/call.ts'
import { Fault } from '#service/fault.ts'
import type { Change, ResourceStore } from '#service/ports/resource-store.ts'
import type { Position, SearchIndex, SearchRequest } from '#service/ports/search-index.ts'
import type { Node, ScopedQuery, SortKey } from '#service/search/ast.ts'
import type { IndexValue } from '#service/search/document.ts'
import { normalizeString } from '#service/search/normalize.ts'
import { searchParameter } from '#test/support/search-parameter.ts'
import { changeOf, deletionOf, documentOf, freshTenant, soon } from './changes.ts'
import { containedResources } from './contained-resources.ts'
import { contractTest, type Skips } from './contract.ts'
import { severalTypes } from './several-types.ts'

export interface IndexUnderTest {
  readonly store: ResourceStore
  readonly index: SearchIndex
  /** Resolves once everything committed can be searched. */
  settle(): Promise<void>
  close(): Promise<void>
}

export function searchIndexSuite(engine: string, open: () => Promise<IndexUnderTest>, skips?: Skips): void {
  describe(`${engine} as a search index`, () => {
    const { holds, end } = contractTest(engine, skips)
    let opened: IndexUnderTest
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(() => opened.close())
    currentVersions(holds, () => opened)
    severalTypes(holds, () => opened)
    joins(holds, () => opened)
    containedResources(holds, () => opened)
    orders(holds, () => opened)
    limits(holds, () => opened)
    end()
  })
}

type Holds = ReturnType<typeof contractTest>['holds']
type Opened = () => IndexUnderTest

const EVERYTHING: Node = { kind: 'everything' }

const text = (value: string): IndexValue => ({ kind: 'string', value, normalized: normalizeString(value) })
const code = (value: string, system = ''): IndexValue => ({ kind: 'token', system, code: value })
const day = (value: string): IndexValue => ({
  kind: 'date',
  low: Date.parse(value),
  high: Date.parse(value) + 86_400_000,
})
const link = (type: string, id: string): IndexValue => ({
  kind: 'reference',
  type,
  id,
  url: undefined,
  version: undefined,
})

const named = (family: string): Node => ({
  kind: 'string',
  parameter: searchParameter('Patient', 'family'),
  mode: 'starts',
  value: family,
})

const patient = (id: string, values: Readonly<Record<string, readonly IndexValue[]>>, versionId = 1): Change =>
  changeOf('Patient', id, versionId, { document: documentOf('Patient', id, values, { versionId }) })

async function filled({ store, settle }: IndexUnderTest, changes: readonly Change[]): Promise<Tenant> {
  const tenant = freshTenant()
  await write(store, tenant, changes)
  await settle()
  return tenant
}

async function write(store: ResourceStore, tenant: Tenant, changes: readonly Change[]): Promise<void> {
  for (const change of changes) {
    expect(await store.commit(tenant, { changes: [change], deadline: soon() })).toEqual({ committed: true })
  }
}

interface Wanted extends Partial<Omit<SearchRequest, 'query'>> {
  readonly type?: string
  readonly where?: Node
}

function search(index: SearchIndex, tenant: Tenant, { type = 'Patient', where = EVERYTHING, ...request }: Wanted) {
  const query = { type, where } as ScopedQuery
  return index.search(tenant, { query, sort: [], count: 20, total: 'none', deadline: soon(), ...request })
}

/** `id` or `id/version` of each hit. */
async function found(index: SearchIndex, tenant: Tenant, wanted: Wanted): Promise<string[]> {
  const { hits } = await search(index, tenant, wanted)
  return hits.map(hit => hit.id)
}

function currentVersions(holds: Holds, opened: Opened): void {
  holds('finds resources by their newest version only, and says which that is', async () => {
    const { index, store, settle } = opened()
    const tenant = await filled(opened(), [
      patient('1', { family: [text('Smith')] }),
      patient('2', { family: [text('Smithers'), text('Jones')] }),
      patient('1', { family: [text('Miller')] }, 2),
    ])
    expect(await search(index, tenant, { where: named('smith') })).toEqual({
      hits: [{ type: 'Patient', id: '2', versionId: 1 }],
      next: undefined,
      total: undefined,
    })
    expect((await search(index, tenant, { where: named('mill') })).hits).toEqual([
      { type: 'Patient', id: '1', versionId: 2 },
    ])
    await write(store, tenant, [deletionOf('Patient', '1', 3)])
    await settle()
    expect(await found(index, tenant, { where: named('mill') })).toEqual([])
    expect(await found(index, tenant, {})).toEqual(['2'])
    await write(store, tenant, [patient('1', { family: [text('Smith')] }, 4)])
    await settle()
    expect(await search(index, tenant, { where: named('smith'), total: 'accurate' })).toMatchObject({ total: 2 })
  })

  holds('keeps tenants and types apart', async () => {
    const { index } = opened()
    const tenant = await filled(opened(), [patient('1', { family: [text('Smith')] }), changeOf('Device', '1')])
    const other = await filled(opened(), [patient('9', { family: [text('Smith')] })])
    expect(await found(index, tenant, { where: named('smith') })).toEqual(['1'])
    expect(await found(index, other, { where: named('smith') })).toEqual(['9'])
    expect(await found(index, other, { where: { kind: 'id', ids: ['1'] } })).toEqual([])
    expect((await search(index, tenant, { type: 'Device' })).hits).toEqual([{ type: 'Device', id: '1', versionId: 1 }])
    expect(await search(index, tenant, { type: 'Group', total: 'accurate' })).toEqual({
      hits: [],
      next: undefined,
      total: 0,
    })
  })

  holds('finds resources by id, compartment and time of change', async () => {
    const { index } = opened()
    const inCompartment = { compartments: ['Patient/1'] }
    const tenant = await filled(
      opened(),
      [
        changeOf('Patient', '1', 1, {
          document: documentOf('Patient', '1', {}, { ...inCompartment, lastUpdated: 1000 }),
        }),
        changeOf('Patient', '2', 1, { document: documentOf('Patient', '2', {}, { lastUpdated: 2000 }) }),
      ].map(change => ({ ...change, lastUpdated: change.document?.lastUpdated ?? 0 })),
    )
    const changed = {
      kind: 'date',
      parameter: searchParameter('Patient', '_lastUpdated'),
      low: 1000,
      high: 2000,
    } as const
    expect(await found(index, tenant, { where: { kind: 'id', ids: ['2', '2', 'none'] } })).toEqual(['2'])
    expect(await found(index, tenant, { where: { kind: 'compartment', compartment: 'Patient/1' } })).toEqual(['1'])
    expect(await found(index, tenant, { where: { ...changed, comparator: 'eq' } })).toEqual(['1'])
    expect(await found(index, tenant, { where: { ...changed, comparator: 'sa' } })).toEqual(['2'])
  })
}

function joins(holds: Holds, opened: Opened): void {
  const observation = (id: string, subject: string, itsCode: string): Change =>
    changeOf('Observation', id, 1, {
      document: documentOf('Observation', id, { subject: [link('Patient', subject)], code: [code(itsCode, 's')] }),
    })
  const changes = [
    patient('1', { family: [text('Smith')] }),
    patient('2', { family: [text('Jones')] }),
    observation('a', '1', 'x'),
    observation('b', '2', 'x'),
    observation('c', '1', 'y'),
    observation('d', 'gone', 'x'),
  ]
  const subject = searchParameter('Observation', 'subject')
  const ofSmith: Node = { kind: 'chain', parameter: subject, query: { type: 'Patient', where: named('smith') } }
  const coded = (value: string): Node => ({
    kind: 'token',
    parameter: searchParameter('Observation', 'code'),
    system: 's',
    code: value,
  })
  const having = (value: string): Node => ({
    kind: 'has',
    parameter: subject,
    query: { type: 'Observation', where: coded(value) },
  })

  holds('follows references to targets that are there, and back', async () => {
    const { index, store, settle } = opened()
    const tenant = await filled(opened(), changes)
    const search = (type: string, where: Node) => found(index, tenant, { type, where })
    expect(await search('Observation', ofSmith)).toEqual(['a', 'c'])
    expect(await search('Observation', { kind: 'and', nodes: [ofSmith, coded('x')] })).toEqual(['a'])
    expect(await search('Observation', { kind: 'not', node: ofSmith })).toEqual(['b', 'd'])
    expect(await search('Patient', having('y'))).toEqual(['1'])
    expect(await search('Patient', { kind: 'not', node: having('y') })).toEqual(['2'])
    expect(await search('Patient', { kind: 'and', nodes: [having('x'), named('jones')] })).toEqual(['2'])
    await write(store, tenant, [deletionOf('Patient', '1', 2), deletionOf('Observation', 'b', 2)])
    await settle()
    expect(await search('Observation', ofSmith)).toEqual([])
    expect(await search('Patient', having('x'))).toEqual([])
  })
}

function orders(holds: Holds, opened: Opened): void {
  const changes = [
    patient('1', { family: [text('Brown')], birthdate: [day('1980-01-01')] }),
    patient('2', { family: [text('adams')] }),
    patient('3', { birthdate: [day('1970-01-01'), day('1990-01-01')] }),
    patient('4', { family: [text('Álvarez'), text('Zhu')], birthdate: [day('1980-01-01')] }),
    patient('5', {}),
    patient('6', { family: [text('Brown')] }),
  ]
  const key = (itsCode: string, descending = false): SortKey => ({
    parameter: searchParameter('Patient', itsCode),
    descending,
  })

  async function paged(tenant: Tenant, wanted: Wanted): Promise<string[][]> {
    const pages: string[][] = []
    let after: Position | undefined
    do {
      const page = await search(opened().index, tenant, { ...wanted, ...(after && { after }) })
      pages.push(page.hits.map(hit => hit.id))
      // A position travels as JSON inside a page link.
      after = page.next && (JSON.parse(JSON.stringify(page.next)) as Position)
    } while (after && pages.length < 10)
    return pages
  }

  holds('goes through a result once, in an order of its own that stays', async () => {
    const tenant = await filled(opened(), changes)
    const whole = await found(opened().index, tenant, {})
    expect(whole.toSorted()).toEqual(['1', '2', '3', '4', '5', '6'])
    expect(await paged(tenant, { count: 4 })).toEqual([whole.slice(0, 4), whole.slice(4)])
    expect(await paged(tenant, { count: 6 })).toEqual([whole])
    expect(await paged(tenant, { count: 1 })).toEqual(whole.map(id => [id]))
  })

  holds(
    'says of each hit where it lies, by the values of its sort keys, so that a search goes on behind any',
    async () => {
      const tenant = await filled(opened(), changes)
      const wanted = { sort: [key('family'), key('birthdate', true)], count: 6 }
      const whole = await search(opened().index, tenant, { ...wanted, positions: true })
      const values = whole.positions?.map(position => position.slice(0, 2))
      expect(values?.map(([family]) => family)).toEqual(['adams', 'alvarez', 'brown', 'brown', null, null])
      expect(values?.map(([, birthdate]) => typeof birthdate)).toEqual([
        ...['object', 'number', 'number', 'object', 'number', 'object'],
      ])
      const ids = whole.hits.map(hit => hit.id)
      for (const [place, position] of (whole.positions ?? []).entries()) {
        const after = JSON.parse(JSON.stringify(position)) as Position
        const rest = await search(opened().index, tenant, { ...wanted, after })
        expect(rest.hits.map(hit => hit.id)).toEqual(ids.slice(place + 1))
      }
      expect((await search(opened().index, tenant, wanted)).positions).toBe(undefined)
    },
  )

  const ORDERS: readonly (readonly SortKey[])[] = [
    ...[[], [key('family')], [key('family', true)], [key('birthdate')], [key('birthdate', true), key('family')]],
    ...[
      [key('family'), key('birthdate', true)],
      [key('_id', true)],
      [key('_lastUpdated')],
      [key('birthdate'), key('_id')],
    ],
  ]

  holds('goes through any order backwards, page by page', async () => {
    const tenant = await filled(opened(), changes)
    for (const sort of ORDERS) {
      const whole = await found(opened().index, tenant, { sort })
      for (const count of [1, 4, 6]) {
        const pages = await paged(tenant, { sort, count, backwards: true })
        expect([pages.length, pages.flat()]).toEqual([Math.ceil(6 / count), whole.toReversed()])
      }
    }
  })

  holds('turns around at any hit', async () => {
    const tenant = await filled(opened(), changes)
    for (const sort of ORDERS) {
      const { hits, positions = [] } = await search(opened().index, tenant, { sort, positions: true })
      const ids = hits.map(hit => hit.id)
      expect(positions.length).toBe(6)
      for (const [place, position] of positions.entries()) {
        const after = JSON.parse(JSON.stringify(position)) as Position
        const before = await search(opened().index, tenant, { sort, after, backwards: true, count: 2, positions: true })
        expect(before.hits.map(hit => hit.id)).toEqual(ids.slice(Math.max(place - 2, 0), place).toReversed())
        const back = before.positions?.at(-1)
        const again = await found(opened().index, tenant, { sort, count: 1, ...(back && { after: back }) })
        expect(again).toEqual([ids[back ? Math.max(place - 2, 0) + 1 : 0]])
        expect(before.next === undefined).toBe(place <= 2)
      }
    }
  })

  holds('skips and repeats nothing that stays while others come and go', async () => {
    const { index, store, settle } = opened()
    const tenant = await filled(opened(), changes)
    const first = await search(index, tenant, { count: 3 })
    const seen = first.hits.map(hit => hit.id)
    const rest = ['1', '2', '3', '4', '5', '6'].filter(id => !seen.includes(id))
    await write(store, tenant, [deletionOf('Patient', seen[0] ?? '', 2), deletionOf('Patient', rest[0] ?? '', 2)])
    await settle()
    const second = await found(index, tenant, { count: 9, ...(first.next && { after: first.next }) })
    expect(second.toSorted()).toEqual(rest.slice(1).toSorted())
  })

  holds('sorts by least value up and greatest value down, missing values last', async () => {
    const tenant = await filled(opened(), changes)
    const by = (...sort: SortKey[]) => paged(tenant, { sort }).then(pages => pages.flat())
    const tied = (ids: string[], ...ties: string[][]) =>
      ids.map(
        id =>
          ties
            .find(tie => tie.includes(id))
            ?.toSorted()
            .join('=') ?? id,
      )
    expect(tied(await by(key('family')), ['1', '6'], ['3', '5'])).toEqual(['2', '4', '1=6', '1=6', '3=5', '3=5'])
    expect(tied(await by(key('family', true)), ['1', '6'], ['3', '5'])).toEqual(['4', '1=6', '1=6', '2', '3=5', '3=5'])
    expect(tied(await by(key('birthdate')), ['1', '4'], ['2', '5', '6'])).toEqual([
      '3',
      '1=4',
      '1=4',
      '2=5=6',
      '2=5=6',
      '2=5=6',
    ])
    expect(await by(key('birthdate', true), key('family'), key('_id'))).toEqual(['3', '4', '1', '2', '6', '5'])
    expect(await by(key('family'), key('birthdate', true), key('_id', true))).toEqual(['2', '4', '1', '6', '3', '5'])
  })

  holds('pages through a sorted result as through an unsorted one', async () => {
    const tenant = await filled(opened(), changes)
    for (const sort of [[key('family')], [key('birthdate', true), key('family')], [key('_id', true)]]) {
      const whole = (await paged(tenant, { sort })).flat()
      for (const count of [1, 2, 4]) expect((await paged(tenant, { sort, count })).flat()).toEqual(whole)
    }
  })
}

function limits(holds: Holds, opened: Opened): void {
  holds('counts when asked to, hits or none', async () => {
    const { index } = opened()
    const changes = ['1', '2', '3'].map(id => patient(id, { family: [text('Smith'), text('Smithers')] }))
    const tenant = await filled(opened(), [...changes, patient('4', {})])
    const where = named('smith')
    expect(await search(index, tenant, { where, count: 0, total: 'accurate' })).toEqual({
      hits: [],
      next: undefined,
      total: 3,
    })
    const page = await search(index, tenant, { where, count: 2, total: 'accurate' })
    expect([page.hits.length, page.total]).toEqual([2, 3])
    const after = page.next
    expect(await search(index, tenant, { where, count: 2, total: 'accurate', ...(after && { after }) })).toMatchObject({
      next: undefined,
      total: 3,
    })
    expect((await search(index, tenant, { count: 0, total: 'estimate' })).total).toBeTypeOf('number')
    expect((await search(index, tenant, { where: { kind: 'nothing' }, total: 'accurate' })).total).toBe(0)
  })

  holds('answers hundreds of alternatives and levels', async () => {
    const { index } = opened()
    const tenant = await filled(opened(), [patient('1', { identifier: [code('1499', 's')] }), patient('2', {})])
    const nodes = Array.from(
      { length: 1500 },
      (_, value): Node => ({
        kind: 'token',
        parameter: searchParameter('Patient', 'identifier'),
        system: 's',
        code: String(value),
      }),
    )
    expect(await found(index, tenant, { where: { kind: 'or', nodes } })).toEqual(['1'])
    const deep = Array.from({ length: 40 }).reduce<Node>(node => ({ kind: 'not', node }), { kind: 'or', nodes })
    expect(await found(index, tenant, { where: deep })).toEqual(['1'])
  })

  holds('refuses a search whose time is over as too costly', async () => {
    const late = search(opened().index, freshTenant(), { deadline: Date.now() - 60_000 })
    const failure = await late.catch((error: unknown) => error)
    expect(Fault.is(failure) && failure.category).toBe('too-costly')
  })
}
