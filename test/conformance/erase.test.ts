/** $erase and $purge: nothing of a resource is left, and its numbers go on. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ALLOW_ALL } from '#service/index.ts'
import { openRestWorld, type RestWorld, refused } from '#test/support/rest-world.ts'

let world: RestWorld

beforeAll(async () => {
  world = await openRestWorld({ hardDelete: 'offered' })
  unseen =
    world.historyLagMs > 0 ? [expect.stringMatching(/^Resources that were deleted after .*Ask for this once more/)] : []
})

afterAll(() => world.close())

const patient = (id: string, family: string) => ({ resourceType: 'Patient', id, name: [{ family }] })

const observation = (id: string, subject: string) => ({
  ...{ resourceType: 'Observation', id, status: 'final', code: { text: 'x' }, subject: { reference: subject } },
})

const statusOf = async (line: string, body?: object) => (await world.send(line, body ? { body } : {})).status

/** Over engines of AWS the deletions of the last seconds can't be seen. */
let unseen: readonly unknown[]

async function purged(id: string): Promise<readonly unknown[]> {
  const { status, body } = await world.send(`POST /Patient/${id}/$purge`)
  return [status, (body as { issue: readonly { diagnostics: string }[] }).issue.map(({ diagnostics }) => diagnostics)]
}

test('after $erase a tombstone is all that is left', async () => {
  for (const family of ['One', 'Two']) await world.send('PUT /Patient/a', { body: patient('a', family) })
  expect(await world.send('POST /Patient/a/$erase')).toMatchObject({
    status: 200,
    body: { issue: [{ severity: 'information', diagnostics: 'Patient/a and all versions of it are gone' }] },
  })
  expect(await statusOf('GET /Patient/a')).toBe(410)
  expect(await statusOf('GET /Patient/a/_history/1')).toBe(404)
  expect(await statusOf('GET /Patient/a/_history/2')).toBe(404)
  // The tombstone by which those heard of it who listen to the patient.
  expect(await statusOf('GET /Patient/a/_history/3')).toBe(404)
  expect(await statusOf('GET /Patient/a/_history/4')).toBe(410)
  expect((await world.send('GET /Patient?name=One,Two')).body).toMatchObject({ total: 0 })
  const { body } = await world.send('GET /Patient/a/_history')
  expect(body).toMatchObject({ total: 1, entry: [{ request: { method: 'DELETE' } }] })
  expect(JSON.stringify(body)).not.toMatch(/One|Two/)
  expect(await statusOf('POST /Patient/a/$erase')).toBe(200)
  expect((await world.send('PUT /Patient/a', { body: patient('a', 'New') })).headers.ETag).toBe('W/"5"')
})

test('what was deleted before can be erased', async () => {
  await world.send('PUT /Patient/d', { body: patient('d', 'Gone') })
  await world.send('DELETE /Patient/d')
  expect(await statusOf('POST /Patient/d/$erase')).toBe(200)
  expect(await statusOf('GET /Patient/d/_history/1')).toBe(404)
})

test('$purge takes the compartment along', async () => {
  await world.send('PUT /Patient/p', { body: patient('p', 'Purged') })
  await world.send('PUT /Patient/q', { body: patient('q', 'Kept') })
  for (const id of ['1', '2', '3']) await world.send(`PUT /Observation/${id}`, { body: observation(id, 'Patient/p') })
  await world.send('PUT /Observation/4', { body: observation('4', 'Patient/q') })
  expect(await purged('p')).toEqual([200, ['Patient/p is gone with 3 resources of its compartment', ...unseen]])
  const lines = ['Patient/p', 'Observation/1', 'Observation/2/_history/1', 'Observation/4', 'Patient/q']
  expect(await Promise.all(lines.map(line => statusOf(`GET /${line}`)))).toEqual([410, 410, 404, 200, 200])
})

test('$purge takes along what was in the compartment when it was deleted, of a patient who was deleted, too', async () => {
  await world.send('PUT /Patient/r', { body: patient('r', 'Remembered') })
  for (const id of ['r1', 'r2', 'r3'])
    await world.send(`PUT /Observation/${id}`, { body: observation(id, 'Patient/r') })
  for (const id of ['r1', 'r2']) await world.send(`DELETE /Observation/${id}`)
  // Put anew, for somebody else.
  await world.send('PUT /Observation/r2', { body: observation('r2', 'Patient/q') })
  await world.send('PUT /Observation/s1', { body: observation('s1', 'Patient/rr') })
  await world.send('DELETE /Observation/s1')
  await world.send('DELETE /Patient/r')
  world.clock.advance(world.historyLagMs)
  expect(await purged('r')).toEqual([200, ['Patient/r is gone with 2 resources of its compartment', ...unseen]])
  const lines = ['Patient/r/_history/1', 'Observation/r1/_history/1', 'Observation/r3/_history/1']
  expect(await Promise.all(lines.map(line => statusOf(`GET /${line}`)))).toEqual([404, 404, 404])
  const kept = ['Observation/r2', 'Observation/r2/_history/1', 'Observation/s1/_history/1']
  expect(await Promise.all(kept.map(line => statusOf(`GET /${line}`)))).toEqual([200, 200, 200])
})

test('it is refused where there is nothing, by GET, and where no deployment has asked for it', async () => {
  expect(await world.send('POST /Patient/none/$erase')).toEqual(refused(404, 'not-found', 'There is no Patient/none'))
  expect(await statusOf('GET /Patient/a/$erase')).toBe(405)
  const careful = await openRestWorld()
  await careful.send('PUT /Patient/a', { body: patient('a', 'Kept') })
  expect(await careful.send('POST /Patient/a/$erase')).toEqual(
    refused(404, 'not-supported', 'The operation $erase is not offered here'),
  )
  expect(await careful.text('GET /metadata')).not.toContain('erase')
  await careful.close()
})

test('what is hidden from the caller is not there to be erased, and who may not delete may not erase', async () => {
  const hiding = await openRestWorld({
    hardDelete: 'offered',
    policy: {
      ...ALLOW_ALL,
      permits: (_call, interaction, type) => interaction !== 'delete' || type !== 'Device',
      visible: ({ requestId }, type) =>
        type === 'Patient' && requestId === 'request-1' ? { kind: 'id', ids: ['mine'] } : { kind: 'everything' },
    },
  })
  await hiding.send('PUT /Patient/mine', { body: patient('mine', 'Mine') })
  await hiding.send('PUT /Device/d', { body: { resourceType: 'Device', id: 'd' } })
  expect((await hiding.send('POST /Patient/other/$erase')).status).toBe(404)
  expect((await hiding.send('POST /Device/d/$erase')).status).toBe(403)
  expect((await hiding.send('POST /Patient/mine/$erase')).status).toBe(200)
  await hiding.close()
})
