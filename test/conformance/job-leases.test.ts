/** A job is of one worker at a time, for as long as that one lives. */
import { afterEach, expect, test } from 'vitest'
import { type Operation, tenantOf } from '#service/index.ts'
import { invariant } from '#service/invariant.ts'
import { BASE_URL, openRestWorld, type RestWorld, refused } from '#test/support/rest-world.ts'
import { silentLogger } from '#test/support/test-call.ts'
import { createJobs } from '#workers/jobs.ts'

let world: RestWorld
let path = ''

afterEach(() => world.close())

/** What happens while the third of five entries is worked on, by whichever worker gets there first. */
async function openWith(meanwhile: () => Promise<void>): Promise<void> {
  let happens: (() => Promise<void>) | undefined = meanwhile
  const operation: Operation = {
    name: 'meanwhile',
    id: 'meanwhile',
    title: 'Meanwhile',
    description: 'Something else goes on.',
    levels: ['system'],
    types: [],
    affectsState: true,
    parameters: [],
    load: async () => async () => {
      const once = happens
      happens = undefined
      await once?.()
      return { kind: 'nothing' }
    },
  }
  world = await openRestWorld({ operations: [operation], limits: { concurrencyMax: 1 } })
}

const post = (family: string) => ({
  resource: { resourceType: 'Patient', name: [{ family }] },
  request: { method: 'POST', url: 'Patient' },
})
const step = { request: { method: 'POST', url: '$meanwhile' } }

async function submit(type: string, ...entry: readonly object[]): Promise<void> {
  const body = { resourceType: 'Bundle', type, entry }
  const { status, headers } = await world.send('POST /', { body, headers: { prefer: 'respond-async' } })
  expect(status).toBe(202)
  path = String(headers['Content-Location']).slice(BASE_URL.length + 1)
}

const submitBatch = () => submit('batch', post('A'), post('B'), step, post('C'), post('D'))

let beat: (() => Promise<void>) | undefined

const work = (every?: (milliseconds: number, beat: () => Promise<void>) => () => void) =>
  world.service.runJob({
    tenant: tenantOf('default'),
    id: path.slice('_jobs/'.length),
    deadline: Number.MAX_SAFE_INTEGER,
    logger: silentLogger,
    ...(every && { every }),
  })

const families = async () => {
  const { body } = await world.send('GET /Patient?_sort=family')
  const { entry = [] } = body as { entry?: readonly { resource: { name: readonly [{ family: string }] } }[] }
  return entry.map(({ resource }) => resource.name[0].family).join('')
}

test('a batch that is given up ends between entries, and its status tells how many were done', async () => {
  await openWith(async () => {
    world.clock.advance(5000)
    expect(await world.send(`DELETE /${path}`)).toMatchObject({
      status: 202,
      body: { issue: [{ diagnostics: expect.stringContaining('ends with the entries that are under way') }] },
    })
  })
  await submitBatch()
  expect(await work()).toBe('lost')
  const id = path.slice('_jobs/'.length)
  const gone = refused(404, 'not-found', `The job '${id}' was given up: 3 of 5 entries done`)
  expect(await world.send(`GET /${path}`)).toEqual(gone)
  expect(await world.send(`DELETE /${path}`)).toEqual(gone)
  expect(await work()).toBe('nothing')
  expect(await families()).toBe('AB')
})

test('while it is worked on its status tells how far it is, once the worker has given a sign of life', async () => {
  await openWith(async () => {
    expect(await world.send(`GET /${path}`)).toMatchObject({ status: 202, headers: { 'X-Progress': 'Begun' } })
    world.clock.advance(5000)
    await beat?.()
    expect(await work()).toBe('taken')
    expect(await world.send(`GET /${path}`)).toMatchObject({
      status: 202,
      headers: { 'X-Progress': '2 of 5 entries done' },
    })
  })
  await submitBatch()
  const every = (_milliseconds: number, tell: () => Promise<void>) => {
    beat = tell
    return () => {
      beat = undefined
    }
  }
  expect(await work(every)).toBe('ended')
  expect(beat).toBe(undefined)
  expect(await families()).toBe('ABCD')
})

test('a worker that gives signs of life keeps the job, however long it takes', async () => {
  await openWith(async () => {
    for (let time = 0; time < 5; time++) {
      world.clock.advance(19_000)
      invariant(beat, 'the worker asked for beats')
      await beat()
      expect(await work()).toBe('taken')
    }
  })
  await submitBatch()
  expect(
    await work((_milliseconds, tell) => {
      beat = tell
      return () => {}
    }),
  ).toBe('ended')
  expect(await families()).toBe('ABCD')
})

test('the job of a worker without a sign of life is another’s after half a minute, and the first one writes no more', async () => {
  await openWith(async () => {
    world.clock.advance(30_000)
    expect(await work()).toBe('ended')
  })
  await submitBatch()
  expect(await work()).toBe('lost')
  // The second one did not write again what the first one had written.
  expect(await families()).toBe('ABCD')
  expect(await world.send(`GET /${path}`)).toMatchObject({
    status: 200,
    body: { entry: Array(5).fill({}) },
  })
})

test('a sign of life that is overdue is given before the next entry', async () => {
  await openWith(async () => {
    world.clock.advance(29_000)
  })
  await submitBatch()
  expect(await work()).toBe('ended')
  expect(await families()).toBe('ABCD')
})

test('where a queue brings jobs, the message of a dead worker comes again once its lease is over', async () => {
  const beats: (() => Promise<void>)[] = []
  let comesAt = 0
  const told: number[] = []
  await new Promise<void>(dies => {
    const opened = openWith(async () => {
      for (let time = 0; time < 8; time++) {
        world.clock.advance(5000)
        for (const each of beats) await each()
      }
      beats.splice(0)
      dies()
      await new Promise(() => undefined)
    })
    void opened.then(submitBatch).then(() => jobs())
  })
  async function jobs(): Promise<void> {
    const receive = createJobs({
      service: world.service,
      messages: {
        async hide(_receipt, seconds) {
          comesAt = world.clock.now() + seconds * 1000
        },
        async tellLater(_job, seconds) {
          told.push(seconds)
        },
      },
      clock: world.clock,
      logger: silentLogger,
      every(_milliseconds, each) {
        beats.push(each)
        return () => undefined
      },
    })
    const body = JSON.stringify({ tenant: 'default', id: path.slice('_jobs/'.length) })
    const message = { body, receiptHandle: 'receipt', attributes: { ApproximateReceiveCount: '1' } }
    await receive({ Records: [message] }, Number.MAX_SAFE_INTEGER)
  }
  expect(comesAt - world.clock.now()).toBe(35_000)
  // A queue may bring a message twice: it is not to be gone with the worker that has the job.
  world.clock.advance(29_000)
  const before = comesAt
  await jobs()
  expect([told, await families()]).toEqual([[35], 'AB'])
  world.clock.advance(before - world.clock.now())
  await jobs()
  expect([told, await families()]).toEqual([[35], 'ABCD'])
})
