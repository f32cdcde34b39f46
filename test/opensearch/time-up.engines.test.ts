/** What the engine has found when its time is up is no answer. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Engine } from '#adapters/opensearch/engine/engine.ts'
import { OpenSearchIndex } from '#adapters/opensearch/index.ts'
import { Fault } from '#service/fault.ts'
import type { ScopedQuery } from '#service/search/ast.ts'
import { documentOf, freshTenant, soon } from '#test/contract/changes.ts'
import { type OpenSearchWorld, openSearchWorld } from '#test/support/opensearch-world.ts'

/** The engine looks at the clock every some thousand. */
const PATIENTS = 10_000

const tenant = freshTenant()
let world: OpenSearchWorld

beforeAll(async () => {
  world = await openSearchWorld()
  const documents = Array.from({ length: PATIENTS }, (_, number) => documentOf('Patient', `p${number}`, {}))
  expect(await world.writer.write(tenant, documents, soon())).toEqual([])
  await world.writer.refresh(soon())
})

afterAll(() => world.close())

/** Takes its time over each resource, and gives up after a millisecond. */
const slow: Engine = {
  send(request) {
    const { query, ...others } = JSON.parse(request.body ?? '')
    const script = 'int x = 0; for (int i = 0; i < 50000; i++) { x = (x * 31 + i) % 7 } return x != 8'
    const filter = [query, { script: { script } }]
    const body = JSON.stringify({ ...others, query: { bool: { filter } }, timeout: '1ms' })
    return world.engine.send({ ...request, body })
  },
}

test('a search whose time is up in the engine is too costly', async () => {
  const index = new OpenSearchIndex({ engine: slow, place: world.place, clock: { now: () => Date.now() } })
  const query = { type: 'Patient', where: { kind: 'everything' } } as ScopedQuery
  const asked = { query, sort: [], count: 3, total: 'accurate', deadline: soon() } as const
  const failure = await index.search(tenant, asked).catch((error: unknown) => error)
  expect(Fault.is(failure) && [failure.category, failure.internal]).toEqual(['too-costly', undefined])
})
