/** Requests that happen once, however often they come, and resources that are taken away for good, over the engines. */
import { afterEach, expect, test } from 'vitest'
import type { JsonObject } from '#service/resource/content.ts'
import { type EngineWorld, startEngineWorld } from '#test/support/engine-world.ts'
import { httpClient } from '#test/support/http-client.ts'

let world: EngineWorld

afterEach(() => world.close())

const PATIENT = { resourceType: 'Patient', name: [{ family: 'Shaw' }] }

test('of 20 requests with one Idempotency-Key at once and one long after, one creates', async () => {
  world = await startEngineWorld()
  const send = httpClient(world)
  const create = (body: object, key: string) => send('POST Patient', { body, headers: { 'Idempotency-Key': key } })
  const answers = await Promise.all(Array.from({ length: 20 }, () => create(PATIENT, 'one')))
  answers.push(await create(PATIENT, 'one'))
  // Who comes at the same moment may be told to try again.
  expect(new Set(answers.map(({ status }) => status)).difference(new Set([201, 409, 503]))).toEqual(new Set())
  const made = answers.filter(({ status }) => status === 201)
  expect(new Set(made.map(({ body }) => body.id)).size).toBe(1)
  expect(answers.at(-1)?.status).toBe(201)
  expect((await create({ ...PATIENT, active: true }, 'one')).status).toBe(422)
  expect((await create(PATIENT, 'two')).body.id).not.toBe(made[0]?.body.id)
  await world.settle()
  expect((await send('GET Patient?_summary=count')).body.total).toBe(2)
})

test('a transaction with a key has its effect once', async () => {
  world = await startEngineWorld()
  const send = httpClient(world)
  const entry = Array.from({ length: 150 }, () => ({ resource: PATIENT, request: { method: 'POST', url: 'Patient' } }))
  const body = { resourceType: 'Bundle', type: 'transaction', entry }
  const headers = { 'Idempotency-Key': 'bundle' }
  const locations = async () => {
    const answer = await send('POST', { body, headers })
    expect(answer.status).toBe(200)
    return (answer.body.entry as JsonObject[]).map(({ response }) => (response as JsonObject).location)
  }
  const first = await locations()
  expect(new Set(first).size).toBe(150)
  expect(await locations()).toEqual(first)
  await world.settle()
  expect((await send('GET Patient?_summary=count')).body.total).toBe(150)
})
