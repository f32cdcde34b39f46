import { beforeEach, expect, test } from 'vitest'
import { tenantOf } from '#service/call.ts'
import { fault } from '#service/fault.ts'
import type { JobMessages } from '#service/ports/job-store.ts'
import { type LogEntry, recordingLogger } from '#test/support/logger.ts'
import { createJobs, type JobsEvent, type JobsParts } from './jobs.ts'

const eventOf = (count = '1'): JobsEvent => ({
  Records: [
    {
      body: '{"tenant":"clinic","id":"a"}',
      receiptHandle: 'receipt',
      attributes: { ApproximateReceiveCount: count },
    },
  ],
})

/** What the queue was asked, in order. */
let asked: string[]
let entries: LogEntry[]
/** What is called again and again, while it is. */
let beats: (() => Promise<void>)[]
let messages: JobMessages

const DEADLINE = 900_000

const worker = (runJob: JobsParts['service']['runJob']) => {
  const recorded = recordingLogger()
  entries = recorded.entries
  return createJobs({
    service: { runJob },
    messages,
    clock: { now: () => 1000 },
    logger: recorded.logger,
    every(milliseconds, beat) {
      expect(milliseconds).toBe(5000)
      beats.push(beat)
      return () => void beats.splice(beats.indexOf(beat), 1)
    },
  })
}

beforeEach(() => {
  asked = []
  beats = []
  messages = {
    async hide(receipt, seconds, deadline) {
      asked.push(`hide ${receipt} for ${seconds} until ${deadline}`)
    },
    async tellLater({ tenant, id }, seconds) {
      asked.push(`tell ${tenant} ${id} in ${seconds}`)
    },
  }
})

const HIDE = 'hide receipt for 35 until 6000'

test('a message is kept from others from the start, and anew with each sign of life', async () => {
  const work = worker(async run => {
    expect(run).toMatchObject({ tenant: tenantOf('clinic'), id: 'a', deadline: DEADLINE })
    expect(asked).toEqual([HIDE])
    for (let count = 0; count < 2; count++) await beats[0]?.()
    return 'ended'
  })
  await work(eventOf(), DEADLINE)
  expect(asked).toEqual([HIDE, HIDE, HIDE])
  expect(beats).toEqual([])
  expect(entries).toMatchObject([{ message: 'Job', fields: { job: 'a', outcome: 'ended', durationMs: 0 } }])
})

test('a job that another worker has comes once more, since that one may die', async () => {
  await worker(async () => 'taken')(eventOf(), DEADLINE)
  expect(asked).toEqual([HIDE, 'tell clinic a in 35'])
  asked = []
  for (const outcome of ['lost', 'nothing'] as const) await worker(async () => outcome)(eventOf(), DEADLINE)
  expect(asked).toEqual([HIDE, HIDE])
})

test('where that can not be said, the message itself comes again', async () => {
  messages = { ...messages, tellLater: () => Promise.reject(fault('unavailable', 'no answer')) }
  await expect(worker(async () => 'taken')(eventOf(), DEADLINE)).rejects.toThrow('no answer')
})

test.each([
  ['1', 30],
  ['2', 120],
  ['3', 480],
  ['4', 900],
  ['9', 900],
])('after a failure, the %s. of them, the message comes again in %i seconds', async (count, seconds) => {
  const failing = worker(() => Promise.reject(fault('unavailable', 'no answer')))
  await expect(failing(eventOf(count), DEADLINE)).rejects.toThrow('no answer')
  expect(asked).toEqual([HIDE, `hide receipt for ${seconds} until 6000`])
  expect(beats).toEqual([])
})

test('a queue that does not answer holds no work up', async () => {
  messages = { ...messages, hide: () => Promise.reject(fault('unavailable', 'no answer')) }
  await worker(async () => 'ended')(eventOf(), DEADLINE)
  expect(entries.map(({ level, message }) => [level, message])).toEqual([
    ['warn', 'The message of a job could not be kept from others'],
    ['info', 'Job'],
  ])
})
