/** What every JobStore does, and every JobQueue that goes with one. */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { Tenant } from '#service/call.ts'
import type { Job, JobQueue, JobStore } from '#service/ports/job-store.ts'
import { freshTenant, soon } from './changes.ts'
import { contractTest, type Skips } from './contract.ts'

export interface JobsUnderTest {
  readonly jobs: JobStore
  /** Where a queue brings the jobs, there is none to ask. */
  readonly queue?: JobQueue
  close(): Promise<void>
}

const HOUR = 3_600_000

const jobOf = (id: string, changes: Partial<Job> = {}): Job => ({
  id,
  kind: 'bundle',
  revision: 1,
  state: 'queued',
  owner: 'tester',
  createdAt: Date.now(),
  updatedAt: Date.now(),
  expiresAt: Date.now() + HOUR,
  request: '{"é":"😀"}',
  ...changes,
})

export function jobStoreSuite(engine: string, open: () => Promise<JobsUnderTest>, skips?: Skips): void {
  describe(`${engine} as a job store`, () => {
    const { holds, end } = contractTest(engine, skips)
    let opened: JobsUnderTest
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(() => opened.close())
    const submit = (tenant: Tenant, job: Job) => opened.jobs.submit(tenant, job, soon())
    const read = (tenant: Tenant, id: string) => opened.jobs.read(tenant, id, soon())
    const replace = (tenant: Tenant, job: Job, revision: number) => opened.jobs.replace(tenant, job, revision, soon())

    holds('keeps a job, within its tenant', async () => {
      const [one, other] = [freshTenant(), freshTenant()]
      const job = jobOf('a')
      await submit(one, job)
      expect(await read(one, 'a')).toEqual(job)
      expect(await read(other, 'a')).toBe(undefined)
      expect(await read(one, 'b')).toBe(undefined)
      expect(await replace(other, job, 1)).toBe(false)
    })

    holds('takes the same job twice, and keeps what has become of it', async () => {
      const tenant = freshTenant()
      const job = jobOf('a')
      await submit(tenant, job)
      expect(await replace(tenant, { ...job, state: 'cancelled' }, 1)).toBe(true)
      await submit(tenant, job)
      expect(await read(tenant, 'a')).toEqual({ ...job, state: 'cancelled', revision: 2 })
    })

    holds('replaces a job of one revision with the next', async () => {
      const tenant = freshTenant()
      const job = jobOf('a')
      await submit(tenant, job)
      const running: Job = { ...job, state: 'running', leaseUntil: Date.now() + HOUR, progress: '1 of 3' }
      expect(await replace(tenant, running, 1)).toBe(true)
      expect(await read(tenant, 'a')).toEqual({ ...running, revision: 2 })
      expect(await replace(tenant, { ...running, state: 'failed' }, 1)).toBe(false)
      const result = { status: 200, key: 'passing/jobs/a/2', contentType: 'application/fhir+json' }
      const { leaseUntil: _lease, progress: _progress, ...rest } = running
      expect(await replace(tenant, { ...rest, state: 'done', result }, 2)).toBe(true)
      expect(await read(tenant, 'a')).toEqual({ ...rest, state: 'done', result, revision: 3 })
    })

    holds('lets one of many have a job', async () => {
      const tenant = freshTenant()
      const job = jobOf('a')
      await submit(tenant, job)
      const taken = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          replace(tenant, { ...job, state: 'running', leaseUntil: Date.now() + HOUR + index }, 1),
        ),
      )
      expect(taken.filter(Boolean)).toHaveLength(1)
      expect((await read(tenant, 'a'))?.leaseUntil).toBeGreaterThan(0)
    })

    holds('knows nothing of a job that has expired', async () => {
      const tenant = freshTenant()
      await submit(tenant, jobOf('a', { expiresAt: Date.now() - 1 }))
      expect(await read(tenant, 'a')).toBe(undefined)
    })

    holds('names the jobs that wait for a worker: new ones, and those whose lease is over', async () => {
      const { queue } = opened
      if (!queue) return
      const tenant = freshTenant()
      const dueOf = async () => (await queue.due()).filter(job => job.tenant === tenant).map(({ id }) => id)
      let told = 0
      const end = queue.subscribe(() => {
        told++
      })
      for (const id of ['new', 'running', 'dead', 'done', 'cancelled']) await submit(tenant, jobOf(id))
      await replace(tenant, jobOf('running', { state: 'running', leaseUntil: Date.now() + HOUR }), 1)
      await replace(tenant, jobOf('dead', { state: 'running', leaseUntil: Date.now() - 1 }), 1)
      await replace(tenant, jobOf('done', { state: 'done' }), 1)
      await replace(tenant, jobOf('cancelled', { state: 'cancelled' }), 1)
      expect((await dueOf()).sort()).toEqual(['dead', 'new'])
      const renewed = jobOf('dead', { state: 'running', worker: 'another', leaseUntil: Date.now() + HOUR })
      expect(await replace(tenant, renewed, 2)).toBe(true)
      expect(await dueOf()).toEqual(['new'])
      expect((await read(tenant, 'dead'))?.worker).toBe('another')
      end()
      expect(told).toBeGreaterThan(0)
    })
    end()
  })
}
