/** `npm start -- --engines`, as a developer starts it. */
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { DIRECT, startGateway } from '#test/support/gateway-process.ts'
import { httpClient, idsOf } from '#test/support/http-client.ts'

const FOUND_WITHIN_MS = 30_000

test('it brings its engines along, and what is written is found without being asked for', async () => {
  const gateway = await startGateway({ ...DIRECT, args: [...DIRECT.args, '--engines'] })
  try {
    const send = httpClient(gateway)
    const body = { resourceType: 'Patient', id: 'a', name: [{ family: 'Shaw' }] }
    expect((await send('PUT Patient/a', { body })).status).toBe(201)
    const giveUpAt = Date.now() + FOUND_WITHIN_MS
    let found = await send('GET Patient?family=shaw')
    while (idsOf(found).length === 0 && Date.now() < giveUpAt) {
      await delay(100)
      found = await send('GET Patient?family=shaw')
    }
    expect(idsOf(found)).toEqual(['a'])
  } finally {
    await gateway.stop()
  }
})
