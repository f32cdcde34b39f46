import { afterEach, expect, test } from 'vitest'
import {
  abandonRebuild,
  beginRebuild,
  ensureIndex,
  finishRebuild,
  purgeDeleted,
  removeIndex,
  stateOf,
} from '#adapters/opensearch/index-life.ts'
import { MAPPING } from '#adapters/opensearch/mapping.ts'
import { OpenSearchWriter } from '#adapters/opensearch/opensearch-writer.ts'
import type { Tenant } from '#service/call.ts'
import type { IndexableVersion } from '#service/ports/search-writer.ts'
import type { ScopedQuery } from '#service/search/ast.ts'
import { documentOf, freshTenant, soon } from '#test/contract/changes.ts'
import { type OpenSearchWorld, openSearchWorld } from '#test/support/opensearch-world.ts'
import { faultOf } from '#test/support/test-world.ts'

const opened: OpenSearchWorld[] = []

afterEach(async () => {
  for (const world of opened.splice(0)) await world.close()
})

async function open(): Promise<OpenSearchWorld> {
  const world = await openSearchWorld()
  opened.push(world)
  return world
}

const patient = (id: string, versionId = 1): IndexableVersion => documentOf('Patient', id, {}, { versionId })

const gone = (id: string, versionId: number, lastUpdated = versionId): IndexableVersion => ({
  type: 'Patient',
  id,
  versionId,
  lastUpdated,
  deleted: true,
})

async function foundIn(world: OpenSearchWorld, tenant: Tenant, freshness?: 'as it is'): Promise<string[]> {
  const query = { type: 'Patient', where: { kind: 'everything' } } as unknown as ScopedQuery
  const consistent = freshness === undefined
  const request = { query, sort: [], count: 10_000, total: 'none', deadline: soon(), consistent } as const
  const { hits } = await world.index().search(tenant, request)
  return hits.map(({ id, versionId }) => `${id} ${versionId}`)
}

test('an index is made once, whoever asks for it and how often', async () => {
  const world = await open()
  const { life, place } = world
  await Promise.all([ensureIndex(life, soon()), ensureIndex(life, soon())])
  expect(await stateOf(life, soon())).toEqual({ searched: `${place.prefix}-000001`, building: undefined })
  const other = { ...life, place: { ...place, prefix: `${place.prefix}-other` } }
  expect(await stateOf(other, soon())).toEqual({ searched: undefined, building: undefined })
  await Promise.all([ensureIndex(other, soon()), ensureIndex(other, soon()), ensureIndex(other, soon())])
  expect(await stateOf(other, soon())).toEqual({ searched: `${place.prefix}-other-000001`, building: undefined })
})

test('an index of before gets to know new fields, so that writes go on', async () => {
  const world = await open()
  const { life, engine, place, writer } = world
  const before = { ...life, place: { ...place, prefix: `${place.prefix}-before` } }
  const { contentLength: _new, ...properties } = MAPPING.properties
  const path = `/${before.place.prefix}-000001`
  const aliases = Object.fromEntries(['read', 'write'].map(alias => [`${before.place.prefix}-${alias}`, {}]))
  const body = JSON.stringify({ mappings: { ...MAPPING, properties }, aliases })
  expect(await engine.send({ method: 'PUT', path, body, deadline: soon() })).toMatchObject({ status: 200 })
  await Promise.all([ensureIndex(before, soon()), ensureIndex(before, soon())])
  const mapping = await engine.send({ method: 'GET', path: `${path}/_mapping`, deadline: soon() })
  expect(JSON.stringify(mapping.body)).toContain('"contentLength":{"type":"long","index":false}')
  const words = { words: { narrative: '', content: 'a' } }
  const its = new OpenSearchWriter({ engine, place: before.place })
  expect(await its.write(freshTenant(), [documentOf('Patient', '1', {}, words)], soon())).toEqual([])
  expect(await writer.write(freshTenant(), [patient('1')], soon())).toEqual([])
})

test('what is written while searches turn to the new index can be found once they have', async () => {
  const world = await open()
  const { life, writer, engine } = world
  const tenant = freshTenant()
  const next = await beginRebuild(life, soon())
  const late: typeof life.engine = {
    async send(request) {
      if (request.path.endsWith('_aliases')) await writer.write(tenant, [patient('late')], soon())
      return engine.send(request)
    },
  }
  await finishRebuild({ ...life, engine: late }, next, soon())
  expect(await foundIn(world, tenant, 'as it is')).toEqual(['late 1'])
})

test('a rebuild loses no write, and searches go on all the while', async () => {
  const world = await open()
  const { life, place, writer, engine } = world
  const tenant = freshTenant()
  const ids = Array.from({ length: 60 }, (_, index) => `p${String(index).padStart(2, '0')}`)
  const first = ids.slice(0, 40)
  await writer.write(
    tenant,
    first.map(id => patient(id)),
    soon(),
  )
  const before = first.map(id => `${id} 1`)
  expect(await foundIn(world, tenant)).toEqual(before)

  const next = await beginRebuild(life, soon())
  expect(await stateOf(life, soon())).toEqual({ searched: `${place.prefix}-000001`, building: next })
  expect((await faultOf(beginRebuild(life, soon()))).category).toBe('conflict')
  const rebuilding = new OpenSearchWriter({ engine, place, index: next })
  // What the scan of the store found, while others write later versions and delete: before it, after it and meanwhile.
  const scanned = first.map(id => patient(id))
  await writer.write(tenant, [patient('p00', 2), gone('p01', 2)], soon())
  await Promise.all([
    rebuilding.write(tenant, scanned.slice(0, 20), soon()),
    writer.write(tenant, [patient('p02', 2), gone('p03', 2), ...ids.slice(40).map(id => patient(id))], soon()),
    foundIn(world, tenant),
  ])
  await rebuilding.write(tenant, scanned.slice(20), soon())
  await writer.write(tenant, [patient('p30', 2), gone('p31', 2)], soon())
  const expected = ids
    .filter(id => !['p01', 'p03', 'p31'].includes(id))
    .map(id => `${id} ${['p00', 'p02', 'p30'].includes(id) ? 2 : 1}`)
  expect(await foundIn(world, tenant)).toEqual(expected)

  expect(await finishRebuild(life, next, soon())).toBe(`${place.prefix}-000001`)
  expect(await stateOf(life, soon())).toEqual({ searched: next, building: undefined })
  expect(await foundIn(world, tenant)).toEqual(expected)
  expect((await faultOf(removeIndex(life, next, soon()))).category).toBe('conflict')
  await removeIndex(life, `${place.prefix}-000001`, soon())
  await writer.write(tenant, [patient('p99')], soon())
  expect(await foundIn(world, tenant)).toEqual([...expected, 'p99 1'])
})

test('a rebuild can be given up, also one that stopped while it began', async () => {
  const world = await open()
  const { life, place, engine } = world
  const next = await beginRebuild(life, soon())
  await abandonRebuild(life, soon())
  expect(await stateOf(life, soon())).toEqual({ searched: `${place.prefix}-000001`, building: undefined })
  await engine.send({ method: 'PUT', path: `/${next}`, deadline: soon() })
  expect((await faultOf(beginRebuild(life, soon()))).category).toBe('conflict')
  await abandonRebuild(life, soon())
  expect(await beginRebuild(life, soon())).toBe(next)
  expect((await faultOf(finishRebuild(life, 'other', soon()))).category).toBe('conflict')
})

test('deleted resources keep older versions out until they are purged', async () => {
  const world = await open()
  const { life, writer } = world
  const tenant = freshTenant()
  await writer.write(tenant, [patient('1'), patient('2'), gone('1', 2, 1000), gone('2', 2, 2000), patient('3')], soon())
  await writer.write(tenant, [patient('1'), patient('2')], soon())
  expect(await foundIn(world, tenant)).toEqual(['3 1'])
  await purgeDeleted(life, 2000, soon())
  const { body } = await world.engine.send({
    method: 'POST',
    path: `/${world.place.prefix}-read/_count`,
    body: JSON.stringify({ query: { term: { tenant } } }),
    deadline: soon(),
  })
  expect(body).toMatchObject({ count: 2 })
})
