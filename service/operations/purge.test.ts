import { expect, test } from 'vitest'
import { type MemoryPorts, TEST_TIME } from '#test/support/memory-ports.ts'
import { testCall } from '#test/support/test-call.ts'
import { faultOf, type TestWorld, testWorld } from '#test/support/test-world.ts'
import type { DeletedPage, DeletedRequest } from '../ports/resource-store.ts'
import { decodeUtf8 } from '../resource/json.ts'

const CALL = testCall()
const KEYS = Array.from({ length: 3 }, (_, index) => ({ type: 'Observation', id: `o${index}` }))
const observation = (id: string) => ({
  ...{ resourceType: 'Observation', id, status: 'final', code: { text: 'x' }, subject: { reference: 'Patient/p' } },
})

type Answer = (request: DeletedRequest) => DeletedPage | Promise<DeletedPage>

/** A patient with three Observations, deleted before, whose store finds them as it is told. */
async function world(answer: Answer) {
  const asked: DeletedRequest[] = []
  const made = testWorld({
    hardDelete: 'offered',
    wrap: (ports: MemoryPorts) => ({
      ...ports,
      store: {
        ...ports.store,
        async deletedFrom(_tenant, request) {
          asked.push(request)
          return answer(request)
        },
      },
    }),
  })
  await made.service.update(CALL, { type: 'Patient', id: 'p', content: { resourceType: 'Patient', id: 'p' } })
  for (const { type, id } of KEYS) {
    await made.service.update(CALL, { type, id, content: observation(id) })
    await made.service.delete(CALL, { type, id })
  }
  return { ...made, asked }
}

async function purge({ service }: TestWorld): Promise<readonly string[]> {
  const answer = await service.operation(CALL, {
    name: 'purge',
    type: 'Patient',
    id: 'p',
    method: 'POST',
    parameters: [],
  })
  const { issue } = JSON.parse(decodeUtf8(Buffer.concat('body' in answer ? [answer.body].flat() : [])))
  return (issue as { severity: string; diagnostics: string }[]).map(each => `${each.severity}: ${each.diagnostics}`)
}

const versionsOf = async ({ service }: TestWorld, { type, id }: { type: string; id: string }) =>
  (await service.history(CALL, { type, id, parameters: [] })).versions.map(({ versionId }) => versionId)

const whereAt = ({ since, after }: DeletedRequest) => [since, after]

test('what was deleted before is looked for page by page, whatever a page holds', async () => {
  const pages: Record<string, DeletedPage> = {
    '': { keys: KEYS.slice(0, 1), next: '1', until: undefined },
    1: { keys: [], next: '2', until: undefined },
    2: { keys: KEYS.slice(1), next: undefined, until: undefined },
  }
  const it = await world(({ after = '' }) => pages[after] ?? { keys: [], next: undefined, until: undefined })
  expect(await purge(it)).toEqual(['information: Patient/p is gone with 3 resources of its compartment'])
  expect(it.asked.map(whereAt)).toEqual([
    [undefined, undefined],
    [undefined, '1'],
    [undefined, '2'],
  ])
  for (const key of KEYS) expect(await versionsOf(it, key)).toEqual([3])
  expect(await it.ports.objects?.get(CALL.tenant, 'purge/p', undefined, CALL.deadline)).toBeUndefined()
})

test('where the time is over it is refused, and goes on from there when it is asked again', async () => {
  const late = CALL.deadline - 1000 - TEST_TIME
  let isSlow = true
  const it = await world(({ after }) => {
    if (after === undefined) return { keys: KEYS.slice(0, 2), next: '1', until: undefined }
    if (isSlow) it.ports.clock.advance(late)
    return isSlow
      ? { keys: [], next: '2', until: undefined }
      : { keys: KEYS.slice(2), next: undefined, until: undefined }
  })
  const { category, issues } = await faultOf(purge(it))
  expect([category, issues[0]?.diagnostics]).toEqual([
    'unavailable',
    'The time of this request is over before all of Patient/p is gone: ask again, and it goes on from there ' +
      '(2 resources of its compartment are gone).',
  ])
  expect(await versionsOf(it, KEYS[0] ?? { type: '', id: '' })).toEqual([3])
  expect((await it.service.read(CALL, { type: 'Patient', id: 'p' })).version.versionId).toBe(1)
  it.ports.clock.advance(-late)
  isSlow = false
  expect(await purge(it)).toEqual(['information: Patient/p is gone with 3 resources of its compartment'])
  expect(it.asked.map(whereAt)).toEqual([
    [undefined, undefined],
    [undefined, '1'],
    [undefined, '2'],
  ])
})

test('where the last deletions can not be seen yet it says so, and asked again it looks for these alone', async () => {
  let lag = 37_000
  const it = await world(({ since }) => ({
    keys: since === undefined ? KEYS.slice(0, 2) : KEYS.slice(2),
    next: undefined,
    until: it.ports.clock.now() - lag,
  }))
  const gone = (count: number) => `information: Patient/p is gone with ${count} resources of its compartment`
  const warning =
    'warning: Resources that were deleted after 2024-02-29T11:59:23.000Z can not be looked for yet: there may be ' +
    'versions left of them. Ask for this once more in a minute, to be sure.'
  expect(await purge(it)).toEqual([gone(2), warning])
  // Too early.
  it.ports.clock.advance(10_000)
  expect(await purge(it)).toEqual([gone(3), warning.replace('11:59:23', '11:59:33')])
  it.ports.clock.advance(30_000)
  lag = 0
  expect(await purge(it)).toEqual([gone(3)])
  expect(it.asked.map(whereAt)).toEqual([
    [undefined, undefined],
    [TEST_TIME - 37_000, undefined],
    [TEST_TIME - 27_000, undefined],
  ])
})
