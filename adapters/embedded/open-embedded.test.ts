import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Fault } from '#service/fault.ts'
import type { ScopedQuery } from '#service/search/ast.ts'
import { changeOf, documentOf, freshTenant, plain, soon, stored } from '#test/contract/changes.ts'
import { DATABASE_FILE } from './database.ts'
import { openEmbedded } from './open-embedded.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embedded-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

const patient = { type: 'Patient', id: '1' }

test('makes the folder, and finds its data again', async () => {
  const below = join(folder, 'not', 'there')
  const tenant = freshTenant()
  const first = await openEmbedded({ role: 'primary', folder: below })
  await first.store.commit(tenant, { changes: [changeOf('Patient', '1')], deadline: soon() })
  await first.close()
  const second = await openEmbedded({ role: 'primary', folder: below })
  const read = await second.store.readNewest(tenant, [patient], soon())
  expect(read.map(plain)).toEqual([stored(changeOf('Patient', '1'))])
  const next = { changes: [changeOf('Patient', '1', 2), changeOf('Patient', '2')], deadline: soon() }
  expect(await second.store.commit(tenant, next)).toEqual({ committed: true })
  await second.close()
})

test('frees the jobs of the process before, whose leases are not over', async () => {
  const tenant = freshTenant()
  const [createdAt, expiresAt] = [Date.now(), Date.now() + 3_600_000]
  const fields = { id: 'a', kind: 'bundle', owner: 'tester', createdAt, updatedAt: createdAt, expiresAt }
  const job = { ...fields, revision: 1, state: 'queued', request: '{"é":1}' } as const
  const first = await openEmbedded({ role: 'primary', folder })
  await first.jobs.submit(tenant, job, soon())
  await first.jobs.replace(tenant, { ...job, state: 'running', leaseUntil: expiresAt, progress: 'begun' }, 1, soon())
  expect(await first.jobs.due()).toEqual([])
  await first.close()
  const second = await openEmbedded({ role: 'primary', folder })
  expect(await second.jobs.due()).toEqual([{ tenant, id: 'a' }])
  expect(await second.jobs.read(tenant, 'a', soon())).toEqual({ ...job, revision: 2, progress: 'begun' })
  await second.close()
})

test('refuses a folder that another server has, until that one is gone', async () => {
  const first = await openEmbedded({ role: 'primary', folder })
  await expect(openEmbedded({ role: 'primary', folder })).rejects.toThrow(
    `Another server is using the data folder ${folder}. Stop it, or give this one a folder of its own.`,
  )
  await first.close()
  const second = await openEmbedded({ role: 'primary', folder })
  await second.close()
})

test('refuses data of a newer format, and leaves it as it is', async () => {
  const before = await openEmbedded({ role: 'primary', folder })
  await before.close()
  const database = new DatabaseSync(join(folder, DATABASE_FILE))
  database.exec('PRAGMA user_version = 99')
  database.close()
  const message = 'is of format 99; this server reads format 3. Start the newer server that wrote it.'
  await expect(openEmbedded({ role: 'primary', folder })).rejects.toThrow(`The data in ${folder} ${message}`)
  // The refused one has let the folder go.
  await expect(openEmbedded({ role: 'primary', folder })).rejects.toThrow(message)
})

test('brings data of format 2 up to date: which parameters have several ranges is found out', async () => {
  const tenant = freshTenant()
  const range = (low: number) => ({ kind: 'date', low, high: low + 1 }) as const
  const amount = (low: number) => ({ kind: 'quantity', low, high: low, system: '', code: '', unit: '' }) as const
  const values = {
    date: [range(1)],
    'combo-value-quantity': [amount(1), amount(2)],
    'value-date': [range(1), range(5)],
  }
  const document = documentOf('Observation', '1', values)
  const before = await openEmbedded({ role: 'primary', folder })
  await before.store.commit(tenant, { changes: [changeOf('Observation', '1', 1, { document })], deadline: soon() })
  await before.close()
  const repeated = (change = '') => {
    const database = new DatabaseSync(join(folder, DATABASE_FILE))
    const rows = database.prepare('SELECT url FROM repeated JOIN parameter ON id = parameter ORDER BY url').all()
    database.exec(change)
    database.close()
    return rows.map(({ url }) => url)
  }
  const both = ['Observation-combo-value-quantity', 'Observation-value-date']
  const urls = both.map(name => `http://hl7.org/fhir/SearchParameter/${name}`)
  const back = 'DROP TABLE repeated; DROP INDEX date_wide; DROP INDEX amount_wide; PRAGMA user_version = 2'
  expect(repeated(back)).toEqual(urls)
  const after = await openEmbedded({ role: 'primary', folder })
  await after.close()
  expect(repeated()).toEqual(urls)
})

test('serves other threads of the process by their own line to the writer', async () => {
  const tenant = freshTenant()
  const primary = await openEmbedded({ role: 'primary', folder })
  const worker = await openEmbedded({ role: 'worker', folder, port: primary.connect() })
  const told = new Promise<void>(resolve => worker.feed.subscribe(resolve))
  await primary.store.commit(tenant, { changes: [changeOf('Patient', '1')], deadline: soon() })
  await told
  await worker.store.commit(tenant, { changes: [changeOf('Patient', '1', 2)], deadline: soon() })
  const read = await primary.store.readNewest(tenant, [patient], soon())
  expect(read.map(plain)).toEqual([stored(changeOf('Patient', '1', 2))])
  const query = { type: 'Patient', where: { kind: 'everything' } } as ScopedQuery
  const found = await worker.index.search(tenant, { query, sort: [], count: 9, total: 'none', deadline: soon() })
  expect(found.hits).toEqual([{ ...patient, versionId: 2 }])
  await worker.close()
  expect(await primary.store.commit(tenant, { changes: [changeOf('Patient', '2')], deadline: soon() })).toEqual({
    committed: true,
  })
  await primary.close()
})

test('takes deadlines by the clock it is given', async () => {
  const tenant = freshTenant()
  const clock = { now: () => 1_000 }
  const engine = await openEmbedded({ role: 'primary', folder, clock })
  const change = { changes: [changeOf('Patient', '1')] }
  expect(await engine.store.commit(tenant, { ...change, deadline: 31_000 })).toEqual({ committed: true })
  expect(await engine.store.readNewest(tenant, [patient], 1_000)).toHaveLength(1)
  const refused = await engine.store.readNewest(tenant, [patient], 999).catch((error: unknown) => error)
  expect(Fault.is(refused) && refused.category).toBe('unavailable')
  await engine.close()
})

test('writes what was asked before it is closed, and nothing after', async () => {
  const tenant = freshTenant()
  const engine = await openEmbedded({ role: 'primary', folder })
  const under = engine.store.commit(tenant, { changes: [changeOf('Patient', '1')], deadline: soon() })
  await engine.close()
  expect(await under).toEqual({ committed: true })
  const late = engine.store.commit(tenant, { changes: [changeOf('Patient', '2')], deadline: soon() })
  const failure = await late.catch((error: unknown) => error)
  expect(Fault.is(failure) && failure.category).toBe('unavailable')
})
