import { beforeEach, expect, test } from 'vitest'
import { recordingLogger } from '#test/support/logger.ts'
import { memoryJobs } from '#test/support/memory-jobs.ts'
import { type FixedClock, fixedClock, TEST_TIME } from '#test/support/memory-ports.ts'
import { TEST_TENANT } from '#test/support/test-call.ts'
import type { Job, JobStore } from '../ports/job-store.ts'
import { JobLease, JobLost } from './job-lease.ts'

const FOR_EVER = Number.MAX_SAFE_INTEGER
const JOB: Job = {
  id: 'a',
  kind: 'bundle',
  revision: 1,
  state: 'queued',
  owner: 'tester',
  createdAt: TEST_TIME,
  updatedAt: TEST_TIME,
  expiresAt: FOR_EVER,
  request: '{}',
}

let clock: FixedClock
let kept: JobStore
/** What becomes of an answer of replace, once it is done. */
let answers: 'come' | 'are lost' | 'of nobody'

beforeEach(async () => {
  clock = fixedClock()
  kept = memoryJobs(clock)
  answers = 'come'
  await kept.submit(TEST_TENANT, JOB, FOR_EVER)
})

const jobs: JobStore = {
  submit: (...parts) => kept.submit(...parts),
  read: (...parts) => kept.read(...parts),
  async replace(...parts) {
    if (answers === 'of nobody') throw new Error('unreachable')
    const done = await kept.replace(...parts)
    if (answers === 'are lost') throw new Error('unreachable')
    return done
  },
}

async function take(worker: string): Promise<JobLease> {
  const { logger } = recordingLogger()
  const found = (await kept.read(TEST_TENANT, 'a', FOR_EVER)) ?? JOB
  const lease = await JobLease.take({ jobs, clock, tenant: TEST_TENANT, logger, worker }, found, FOR_EVER)
  if (!lease) throw new Error('somebody was faster')
  return lease
}

const leaseUntil = async () => (await kept.read(TEST_TENANT, 'a', FOR_EVER))?.leaseUntil

test('it is good for half a minute, and renewed by who asks five seconds later', async () => {
  const lease = await take('one')
  expect(await leaseUntil()).toBe(TEST_TIME + 30_000)
  clock.advance(4_999)
  await lease.assertHeld()
  expect(await leaseUntil()).toBe(TEST_TIME + 30_000)
  clock.advance(1)
  await lease.assertHeld()
  expect(await leaseUntil()).toBe(TEST_TIME + 35_000)
})

test('a renewal whose answer is lost has been done: the job stays this worker’s', async () => {
  const lease = await take('one')
  answers = 'are lost'
  clock.advance(5_000)
  await lease.renew()
  expect(await leaseUntil()).toBe(TEST_TIME + 35_000)
  answers = 'come'
  clock.advance(5_000)
  await lease.assertHeld()
  expect(await leaseUntil()).toBe(TEST_TIME + 40_000)
  expect(await lease.end({ state: 'done' }, FOR_EVER)).toBe(true)
})

test('where no renewal gets through, the worker stops ten seconds before another may begin', async () => {
  const lease = await take('one')
  answers = 'of nobody'
  clock.advance(20_000)
  await lease.assertHeld()
  clock.advance(1)
  await expect(lease.assertHeld()).rejects.toThrow(JobLost)
})

test('what another one has taken is lost, and is not ended here', async () => {
  const lease = await take('one')
  clock.advance(30_000)
  await take('two')
  await expect(lease.assertHeld()).rejects.toThrow(JobLost)
  expect(await lease.end({ state: 'done' }, FOR_EVER)).toBe(false)
  await lease.leave()
  expect(await kept.read(TEST_TENANT, 'a', FOR_EVER)).toMatchObject({ state: 'running', worker: 'two' })
})
