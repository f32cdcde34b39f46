import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { encodeUtf8, tenantOf } from '#service/index.ts'
import type { CommittedChange } from '#service/ports/change-feed.ts'
import { connectRealtime } from '#test/support/realtime-client.ts'
import { createPublishedChanges } from './change-source.ts'
import { createRealtimeServer } from './realtime-server.ts'

const CHANGE: CommittedChange = {
  tenant: tenantOf('default'),
  type: 'Patient',
  id: 'a',
  versionId: 1,
  lastUpdated: 0,
  method: 'PUT',
  deleted: false,
  compartments: [],
  securityLabels: [],
}

/** What is selected is not the change's own: so that each event is large. */
const LARGE = { onResourceChange: { filling: 'x'.repeat(100_000) } }

const servers: { close(): void }[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** A server whose subscriptions select this of each change; where it is. */
async function serve(selection: object, socketsMax?: number) {
  const source = createPublishedChanges()
  const body = encodeUtf8(JSON.stringify({ data: { filter: {}, selection } }))
  const realtime = createRealtimeServer({
    source,
    refusal: () => undefined,
    admit: async () => ({ status: 204, headers: {}, body: undefined }),
    plan: async () => ({ status: 200, headers: {}, body }),
    ...(socketsMax !== undefined && { socketsMax }),
  })
  const server = createServer().on('upgrade', realtime.upgrade).listen(0, '127.0.0.1')
  servers.push(realtime, server)
  await once(server, 'listening')
  return { source, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

it('a socket that takes less than there is to tell is closed with a sentence, and others hear everything', async () => {
  const { source, url } = await serve(LARGE)
  const [slow, fast] = [await connectRealtime(url), await connectRealtime(url)]
  await Promise.all([slow.start('1', ''), fast.start('1', '')])
  slow.pause()
  for (let count = 0; count < 300; count += 1) {
    await source.publish([CHANGE], Number.POSITIVE_INFINITY)
    expect(await fast.next()).toMatchObject({ id: '1', type: 'data' })
  }
  slow.resume()
  expect(await slow.closedWith()).toEqual({
    code: 1013,
    reason: 'Changes come faster than they are taken: connect again, and read what you show',
  })
  fast.close()
})

it('takes so many sockets and no more, says so to those beyond, and has a place again where one has gone', async () => {
  const { source, url } = await serve({ onResourceChange: { id: 'id' } }, 2)
  const [first, second] = [await connectRealtime(url), await connectRealtime(url)]
  await first.start('1', '')
  for (let count = 0; count < 3; count += 1) {
    const beyond = await connectRealtime(url, { greet: false })
    expect(await beyond.closedWith()).toEqual({
      code: 1013,
      reason: 'This gateway holds 2 sockets and takes no more: connect again later',
    })
  }
  await source.publish([CHANGE], Number.POSITIVE_INFINITY)
  expect(await first.next()).toEqual({
    id: '1',
    type: 'data',
    payload: { data: { onResourceChange: { id: CHANGE.id } } },
  })
  second.close()
  await second.closed()
  const silent = await connectRealtime(url, { greet: false })
  const third = await connectRealtime(url)
  expect(await silent.closedWith()).toEqual({ code: 1008, reason: 'connection_init did not come, or was refused' })
  expect(await third.start('1', '')).toEqual({ type: 'start_ack', id: '1' })
})
