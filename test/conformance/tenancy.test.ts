/** Tenants of one store see nothing of each other: what one is answered is the same whether there is another or not. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tenantOf } from '#service/index.ts'
import { comparable, HIDDEN, PROBES, VISIBLE } from '#test/support/isolation-probes.ts'
import { restCall } from '#test/support/rest-request.ts'
import { BASE_URL, openRestWorld, type RestWorld } from '#test/support/rest-world.ts'

const NORTH = restCall({ tenant: tenantOf('north') })
const SOUTH = restCall({ tenant: tenantOf('south') })

let shared: RestWorld
let alone: RestWorld

async function write(world: RestWorld, call: typeof NORTH, resources: typeof VISIBLE): Promise<void> {
  for (const body of resources) await world.send(`PUT /${body.resourceType}/${body.id}`, { body, call })
}

beforeAll(async () => {
  shared = await openRestWorld()
  for (const call of [NORTH, SOUTH]) await write(shared, call, VISIBLE)
  // Newest, so that they are at the front of histories.
  shared.clock.advance(1000)
  await write(shared, NORTH, HIDDEN)
  await shared.send('DELETE /Patient/gone', { call: NORTH })
  alone = await openRestWorld()
  await write(alone, SOUTH, VISIBLE)
  alone.clock.advance(1000)
  for (const { clock, historyLagMs } of [shared, alone]) clock.advance(historyLagMs)
})

afterAll(() => Promise.all([shared.close(), alone.close()]))

test.each(Object.entries(PROBES))('%s', async (_name, { line, ...parts }) => {
  const ask = async (world: RestWorld, call: typeof NORTH) => {
    const { status, headers, body } = await world.send(line, { ...parts, call })
    return { status, headers: comparable(JSON.stringify(headers)), body: comparable(JSON.stringify(body ?? '')) }
  }
  const expected = await ask(alone, SOUTH)
  expect(await ask(shared, SOUTH)).toEqual(expected)
  expect(await ask(shared, NORTH)).not.toEqual(expected)
})

test('one id in two tenants is two resources, each with versions of its own', async () => {
  const put = (call: typeof NORTH) =>
    shared.send('PUT /Device/same', { body: { resourceType: 'Device', id: 'same' }, call })
  expect((await put(NORTH)).headers.ETag).toBe('W/"1"')
  expect((await put(NORTH)).headers.ETag).toBe('W/"2"')
  expect((await put(SOUTH)).headers.ETag).toBe('W/"1"')
  await shared.send('DELETE /Device/same', { call: SOUTH })
  const reads = [NORTH, SOUTH].map(async call => (await shared.send('GET /Device/same', { call })).status)
  expect(await Promise.all(reads)).toEqual([200, 410])
})

interface Page {
  readonly link: readonly { readonly relation: string; readonly url: string }[]
}

test.each(['/Patient?_count=1', '/Patient/_history?_count=1'])('a page link of %s is its own tenant’s', async url => {
  const { link } = (await shared.send(`GET ${url}`, { call: NORTH })).body as Page
  const next = link.find(({ relation }) => relation === 'next')?.url.slice(BASE_URL.length)
  const follow = async (call: typeof NORTH) => (await shared.send(`GET ${next}`, { call })).status
  expect([await follow(NORTH), await follow(SOUTH)]).toEqual([200, 400])
})
