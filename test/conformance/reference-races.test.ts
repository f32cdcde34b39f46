/** References that are enforced lead somewhere, whoever writes and deletes at the same time. */
import { afterEach, expect, test } from 'vitest'
import { raceReferences } from '#test/support/reference-races.ts'
import { openRestWorld, type RestWorld } from '#test/support/rest-world.ts'

let world: RestWorld

afterEach(() => world.close())

test('a resource is deleted or referred to, never both', { timeout: 300_000 }, async () => {
  world = await openRestWorld({ rules: { referenceIntegrity: 'enforced' } })
  const send = (line: string, body?: object) => world.send(line, body && { body })
  const { deleted, referred } = await raceReferences(send, 5)
  expect(deleted + referred).toBe(5)
})

test('a transaction over everything that one request of an engine can hold keeps its references', async () => {
  world = await openRestWorld({ rules: { referenceIntegrity: 'enforced' } })
  for (const id of ['a', 'b']) await world.send(`PUT /Patient/${id}`, { body: { resourceType: 'Patient', id } })
  const observation = (subject: string) => ({
    resource: { resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: subject } },
    request: { method: 'POST', url: 'Observation' },
  })
  const entry = Array.from({ length: 150 }, (_, index) => observation(`Patient/${index % 2 === 0 ? 'a' : 'b'}`))
  const bundle = { resourceType: 'Bundle', type: 'transaction', entry }
  const [deletion, written] = await Promise.all([
    world.send('DELETE /Patient/a'),
    world.send('POST /', { body: bundle }),
  ])
  const there = await world.send('GET /Observation?subject=Patient/a&_summary=count')
  const isDeleted = deletion.status === 204
  expect([204, 409]).toContain(deletion.status)
  expect([200, 409, 422]).toContain(written.status)
  expect(there.body).toMatchObject({ total: written.status === 200 ? 75 : 0 })
  expect(isDeleted && written.status === 200).toBe(false)
})
