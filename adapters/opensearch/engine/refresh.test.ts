import { expect, test } from 'vitest'
import { Fault } from '#service/fault.ts'
import type { EngineRequest, EngineResponse } from './engine.ts'
import { refresh } from './refresh.ts'

async function refreshed(response: EngineResponse) {
  const requests: EngineRequest[] = []
  const engine = {
    async send(request: EngineRequest) {
      requests.push(request)
      return response
    },
  }
  const failure = await refresh(engine, 'fhir-write', 1000).catch((error: unknown) => error)
  return { requests, failure: Fault.is(failure) ? [failure.category, failure.internal] : failure }
}

test('an index is refreshed where all its shards are', async () => {
  const shards = { total: 4, successful: 2, failed: 0 }
  expect(await refreshed({ status: 200, body: { _shards: shards } })).toEqual({
    requests: [{ method: 'POST', path: '/fhir-write/_refresh', deadline: 1000 }],
    failure: undefined,
  })
})

test.each([
  [{ status: 200, body: { _shards: { total: 4, successful: 3, failed: 1 } } }, 'a shard was not refreshed'],
  [{ status: 200, body: undefined }, 'a shard was not refreshed'],
  [{ status: 503, body: undefined }, 'status 503, no cause'],
])('%j is a refresh that failed', async (response, internal) => {
  expect((await refreshed(response)).failure).toEqual(['unavailable', internal])
})
