import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
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

it('a socket that takes less than there is to tell is closed with a sentence, and others hear everything', async () => {
  const source = createPublishedChanges()
  const planned = {
    status: 200,
    headers: {},
    body: encodeUtf8(JSON.stringify({ data: { filter: {}, selection: LARGE } })),
  }
  const realtime = createRealtimeServer({
    source,
    refusal: () => undefined,
    admit: async () => ({ status: 204, headers: {}, body: undefined }),
    plan: async () => planned,
  })
  const server = createServer().on('upgrade', realtime.upgrade).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
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
  realtime.close()
  server.close()
})
