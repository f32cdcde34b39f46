/** The search index is made anew while others write and search: nothing is lost, and no search sees part of it. */
import { afterEach, expect, test } from 'vitest'
import { reindexOnAws } from '#runtime/aws-reindex.ts'
import type { JsonObject } from '#service/resource/content.ts'
import { type EngineWorld, startEngineWorld } from '#test/support/engine-world.ts'
import { httpClient, idsOf } from '#test/support/http-client.ts'
import type { ReindexNews, ReindexOptions } from '#workers/reindex.ts'

let world: EngineWorld

afterEach(() => world.close())

const patient = (family: string, id?: string) => ({ resourceType: 'Patient', name: [{ family }], ...(id && { id }) })

const transaction = (entry: readonly object[]) => ({ resourceType: 'Bundle', type: 'transaction', entry })

const created = (family: string) => ({ resource: patient(family), request: { method: 'POST', url: 'Patient' } })

const rebuild = (report: (news: ReindexNews) => void, options: Partial<ReindexOptions> = {}) =>
  reindexOnAws({
    ...{ segments: 4, lateWritersMs: 1, refused: 'stop', ...options },
    places: world.backend.places,
    baseUrl: undefined,
    report,
  })

test('writes of all kinds go on during the rebuild and the swap, and all of them are found', async () => {
  world = await startEngineWorld()
  const send = httpClient(world)
  const count = async (search: string, headers: Record<string, string> = {}): Promise<unknown> => {
    const { status, body } = await send(`GET Patient?${search}&_summary=count`, { headers })
    return status === 200 ? body.total : status
  }
  const put = (id: string, family: string) => send(`PUT Patient/${id}`, { body: patient(family, id) })
  // A staged transaction: it is final when it is scanned, and not before.
  await send('POST', { body: transaction(Array.from({ length: 250 }, () => created('Steady'))) })
  for (let number = 0; number < 20; number++) await put(`early-${number}`, 'Early')
  await world.settle()

  const over = { is: false, swapped: 0 }
  const expected = new Map<string, string>()
  const writing = (async () => {
    // Goes on for a while after the rebuild has ended.
    for (let round = 0, after = 0; after < 5; round++, after += over.is ? 1 : 0) {
      const early = `early-${round % 20}`
      await put(early, `Moved${round}`)
      expected.set(early, `Moved${round}`)
      await put(`late-${round}`, 'Late')
      expected.set(`late-${round}`, 'Late')
      if (round % 3 === 0) {
        await send(`DELETE Patient/late-${round}`)
        expected.delete(`late-${round}`)
      }
      if (round % 4 === 0) await send('POST', { body: transaction([created('Bundled'), created('Bundled')]) })
      if (round === 1) await send('POST', { body: transaction(Array.from({ length: 120 }, () => created('Staged'))) })
    }
  })()
  const seen = new Set<unknown>()
  const searching = (async () => {
    for (let round = 0; !over.is; round++) {
      seen.add(await count('family=Steady'))
      await put('fresh', `Fresh${round}`)
      const hits = await send(`GET Patient?family=Fresh${round}`, { headers: { 'Cache-Control': 'no-cache' } })
      expect(idsOf(hits)).toEqual(['fresh'])
    }
  })()
  const outcome = await rebuild(({ kind }) => {
    if (kind === 'swapped') over.swapped++
  })
  over.is = true
  await Promise.all([writing, searching])

  const before = `${world.backend.places.search.prefix}-000002`
  expect([outcome.kind, over.swapped, outcome]).toMatchObject(['done', 1, { index: before, refused: 0 }])
  expect([...seen]).toEqual([250])
  await world.settle()
  const found = await send('GET Patient?_count=1000&family=Late,Moved')
  const entries = (found.body.entry ?? []) as { readonly resource: JsonObject }[]
  const families = entries.map(({ resource: { id, name } }) => [id, (name as JsonObject[])[0]?.family])
  expect(families.sort()).toEqual([...expected].sort())
  expect(await count('family=Steady')).toBe(250)
  expect(await count('family=Staged')).toBe(120)
  const rest = Number(await count('family=Bundled')) + Number(await count('family=Early'))
  expect(await count('_lastUpdated=gt2000')).toBe(250 + 120 + 1 + expected.size + rest)
})

test('a second one at the same time is refused, and one that was stopped is gone on with', async () => {
  world = await startEngineWorld()
  const send = httpClient(world)
  for (const id of ['a', 'b']) await send(`PUT Patient/${id}`, { body: patient('Shaw', id) })
  await world.settle()
  const second: Promise<unknown>[] = []
  await rebuild(({ kind }) => {
    if (kind === 'begun') second.push(rebuild(() => undefined).catch((error: Error) => error.message))
    // As if it were killed, but for the lease.
    if (kind === 'progress') throw new Error('stopped')
  }).catch((error: Error) => expect(error.message).toBe('stopped'))
  expect(await Promise.all(second)).toEqual([expect.stringMatching(/^Another process is rebuilding the search index/)])
  expect(idsOf(await send('GET Patient'))).toEqual(['a', 'b'])
  await send('PUT Patient/c', { body: patient('Shaw', 'c') })
  const kinds: string[] = []
  const outcome = await rebuild(({ kind }) => kinds.push(kind))
  expect(outcome).toMatchObject({ kind: 'done', refused: 0 })
  expect([kinds[0], kinds.slice(-2)]).toEqual(['resumed', ['swapped', 'removed']])
  await world.settle()
  expect(idsOf(await send('GET Patient'))).toEqual(['a', 'b', 'c'])
})
