import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Tenant } from '#service/call.ts'
import { tenantOf } from '#service/call.ts'
import { fault } from '#service/fault.ts'
import type { IndexableVersion, SearchWriter, UnwrittenVersion } from '#service/ports/search-writer.ts'
import type { IndexedMarks } from '#service/ports/write-markers.ts'
import { eyesParameter, patientWithEyes, withOwnParameters } from '#test/support/own-parameters.ts'
import { sequenceNumber, streamEvent } from '#test/support/stream-events.ts'
import { currentTestDefinitions, testDefinitions } from '#test/support/test-world.ts'
import { VERSION_TIME, versionItem } from '#test/support/version-items.ts'
import { workerParts } from '#test/support/worker-parts.ts'
import { createIndexStream } from './index-stream.ts'

const DEADLINE = VERSION_TIME + 60_000

const patient = (id: string, family = 'Shaw') => ({ resourceType: 'Patient', id, name: [{ family }] })

type Outcome = (version: IndexableVersion) => UnwrittenVersion['kind'] | undefined

/** An index as the port asks for: of versions of a resource it keeps the newest. */
function memoryIndex(outcome: Outcome = () => undefined) {
  const newest = new Map<string, IndexableVersion>()
  const requests: (readonly string[])[] = []
  const writer: SearchWriter = {
    async write(tenant: Tenant, versions) {
      requests.push(versions.map(({ type, id, versionId }) => `${tenant} ${type}/${id}/${versionId}`))
      return versions.flatMap((version, position) => {
        const kind = outcome(version)
        if (kind) return { position, kind, cause: 'mapper_parsing_exception' }
        const key = `${tenant} ${version.type}/${version.id}`
        if ((newest.get(key)?.versionId ?? 0) < version.versionId) newest.set(key, version)
        return []
      })
    },
    async refresh() {},
  }
  return { writer, newest, requests }
}

const families = (version: IndexableVersion | undefined) =>
  version && 'entries' in version
    ? version.entries
        .filter(({ parameter }) => parameter.code === 'family')
        .flatMap(({ values }) => values.map(value => value.kind === 'string' && value.value))
    : 'deleted'

const DONE = { batchItemFailures: [] }
const from = (number: number) => ({ batchItemFailures: [{ itemIdentifier: sequenceNumber(number) }] })

test('the newest committed version of each resource is extracted and written, of each tenant apart', async () => {
  const parts = workerParts()
  const { writer, newest, requests } = memoryIndex()
  const other = tenantOf('other')
  const large = versionItem({ content: patient('large', 'Overflown'), overflows: true })
  parts.objects.set(String(large.overflow), Buffer.from(JSON.stringify(patient('large', 'Overflown'))))
  const answer = await createIndexStream({ ...parts, writer, definitions: currentTestDefinitions })(
    streamEvent(
      { image: versionItem({ content: patient('a', 'Old') }) },
      { image: versionItem({ content: patient('a', 'New'), versionId: 2 }) },
      { image: versionItem({ content: patient('staged'), transaction: 't' }) },
      { image: versionItem({ content: patient('gone'), versionId: 3, deleted: true }) },
      { image: versionItem({ content: patient('a', 'Elsewhere'), tenant: other }) },
      { image: large },
      { image: { partition: 'default#claim#x', sort: 'claim', resource: 'Patient/a' } },
      { image: undefined },
    ),
    DEADLINE,
  )
  expect(answer).toEqual(DONE)
  expect(requests).toEqual([
    ['default Patient/a/2', 'default Patient/gone/3', 'default Patient/large/1'],
    ['other Patient/a/1'],
  ])
  expect([...newest].map(([key, version]) => [key, families(version)])).toEqual([
    ['default Patient/a', ['New']],
    ['default Patient/gone', 'deleted'],
    ['default Patient/large', ['Overflown']],
    ['other Patient/a', ['Elsewhere']],
  ])
  expect(parts.numbers).toEqual([
    ['Indexed', 4],
    ['Lag', 1000],
  ])
})

test('poison is reported with its cause, and the rest goes on', async () => {
  const parts = workerParts()
  const { writer, newest } = memoryIndex(({ id }) => (id === 'rejected' ? 'rejected' : undefined))
  const unreadable = { ...versionItem({ content: patient('unreadable') }), body: new Uint8Array([1, 2, 3]) }
  const answer = await createIndexStream({ ...parts, writer, definitions: currentTestDefinitions })(
    streamEvent(
      { image: { partition: 'default', sort: 'x' } },
      { image: { ...versionItem({ content: patient('timeless') }), lastUpdated: 'never' } },
      { image: unreadable },
      { image: versionItem({ content: patient('rejected') }) },
      { image: versionItem({ content: patient('well') }) },
    ),
    DEADLINE,
  )
  expect(answer).toEqual(DONE)
  expect([...newest.keys()]).toEqual(['default Patient/well'])
  const about = (id: string) => ({ tenant: 'default', type: 'Patient', id, versionId: 1 })
  expect(parts.reported).toEqual([
    { worker: 'index-stream', sequenceNumber: sequenceNumber(2), cause: expect.any(String) },
    { worker: 'index-stream', sequenceNumber: sequenceNumber(3), ...about('unreadable'), cause: expect.any(String) },
    {
      worker: 'index-stream',
      sequenceNumber: sequenceNumber(4),
      ...about('rejected'),
      cause: 'mapper_parsing_exception',
    },
  ])
})

test('one that has the whole request refused is found by halves', async () => {
  const parts = workerParts()
  const { writer, newest } = memoryIndex()
  const strict: SearchWriter = {
    ...writer,
    async write(tenant, versions, deadline) {
      if (versions.some(({ id }) => id === 'poison')) throw new RangeError('refused')
      return writer.write(tenant, versions, deadline)
    },
  }
  const ids = ['a', 'b', 'poison', 'c', 'd']
  const answer = await createIndexStream({ ...parts, writer: strict, definitions: currentTestDefinitions })(
    streamEvent(...ids.map(id => ({ image: versionItem({ content: patient(id) }) }))),
    DEADLINE,
  )
  expect(answer).toEqual(DONE)
  expect([...newest.keys()].sort()).toEqual(['a', 'b', 'c', 'd'].map(id => `default Patient/${id}`))
  expect(parts.reported.map(({ id, cause }) => [id, cause])).toEqual([['poison', 'RangeError']])
})

test('what is busy comes again with all behind it', async () => {
  const parts = workerParts()
  const { writer } = memoryIndex(({ id }) => (id === 'b' || id === 'c' ? 'busy' : undefined))
  const answer = await createIndexStream({ ...parts, writer, definitions: currentTestDefinitions })(
    streamEvent(...['a', 'b', 'c'].map(id => ({ image: versionItem({ content: patient(id) }) }))),
    DEADLINE,
  )
  expect(answer).toEqual(from(2))
  expect(parts.reported).toEqual([])
})

test('while the index does not answer, everything comes again', async () => {
  const parts = workerParts()
  const writer: SearchWriter = {
    write: () => Promise.reject(fault('unavailable', 'no answer')),
    refresh: async () => undefined,
  }
  const event = streamEvent(...['a', 'b'].map(id => ({ image: versionItem({ content: patient(id) }) })))
  const index = createIndexStream({ ...parts, writer, definitions: currentTestDefinitions })
  expect(await index(event, DEADLINE)).toEqual(from(1))
  expect(parts.reported).toEqual([])
})

test('a body that does not come is waited for, and refused once it is too late for it to be a matter of time', async () => {
  const image = versionItem({ content: patient('a'), overflows: true })
  const { writer } = memoryIndex()
  const young = workerParts()
  const run = (parts: ReturnType<typeof workerParts>) =>
    createIndexStream({ ...parts, writer, definitions: currentTestDefinitions })(streamEvent({ image }), DEADLINE)
  expect([await run(young), young.reported]).toEqual([from(1), []])
  const old = workerParts(VERSION_TIME + 15 * 60_000)
  expect([await run(old), old.reported.map(({ cause }) => cause)]).toEqual([DONE, ['Fault unavailable']])
})

test('what can not be reported comes again', async () => {
  const parts = workerParts()
  const { writer } = memoryIndex(() => 'rejected')
  const refused = { report: () => Promise.reject(fault('unavailable', 'no queue')) }
  const event = streamEvent({ image: versionItem({ content: patient('a') }) })
  const index = createIndexStream({ ...parts, refused, writer, definitions: currentTestDefinitions })
  expect(await index(event, DEADLINE)).toEqual(from(1))
})

test('replayed in any order and any batches, it ends in the same index', async () => {
  const images = ['a', 'b', 'c'].flatMap(id =>
    [1, 2, 3, 4].map(versionId =>
      versionItem({
        content: patient(id, `${id} ${versionId}`),
        versionId,
        ...(id === 'c' && versionId === 4 && { deleted: true }),
      }),
    ),
  )
  const deliveries = fc
    .shuffledSubarray(images, { minLength: images.length, maxLength: images.length })
    .chain(shuffled =>
      fc.tuple(fc.constant(shuffled), fc.array(fc.constantFrom(...images)), fc.integer({ min: 1, max: 5 })),
    )
  await fc.assert(
    fc.asyncProperty(deliveries, async ([shuffled, again, size]) => {
      const { writer, newest } = memoryIndex()
      const index = createIndexStream({ ...workerParts(), writer, definitions: currentTestDefinitions })
      const all = [...shuffled, ...again]
      for (let start = 0; start < all.length; start += size)
        await index(streamEvent(...all.slice(start, start + size).map(image => ({ image }))), DEADLINE)
      const found = ['a', 'b', 'c'].map(id => families(newest.get(`default Patient/${id}`)))
      expect(found).toEqual([['a 4'], ['b 4'], 'deleted'])
    }),
    { numRuns: 50 },
  )
})

test('nothing of a resource is logged', async () => {
  const parts = workerParts()
  const { writer } = memoryIndex(() => 'rejected')
  const event = streamEvent(
    { image: versionItem({ content: patient('secret-id', 'Secret') }) },
    { image: { ...versionItem({ content: patient('secret-id2') }), body: Buffer.from('{"Secret": }') } },
  )
  await createIndexStream({ ...parts, writer, definitions: currentTestDefinitions })(event, DEADLINE)
  expect(parts.entries.length).toBeGreaterThan(0)
  expect(JSON.stringify([parts.entries, parts.reported.map(({ cause }) => cause)])).not.toMatch(/secret/i)
})

test('marks go off what is indexed or refused, older versions too, and stay on what comes again', async () => {
  const parts = workerParts()
  const { writer } = memoryIndex(({ id }) => (({ bad: 'rejected', busy: 'busy' }) as const)[id])
  const off: string[] = []
  const marks: IndexedMarks = {
    async indexed(tenant, writes) {
      off.push(...writes.map(({ type, id, versionId, mark }) => `${tenant} ${type}/${id}/${versionId} ${mark}`))
      throw fault('throttled', 'busy')
    },
  }
  const marked = (id: string, versionId = 1) => ({ ...versionItem({ content: patient(id), versionId }), mark: 2 })
  const answer = await createIndexStream({ ...parts, writer, definitions: currentTestDefinitions, marks })(
    streamEvent(
      { image: marked('a') },
      { image: marked('a', 2) },
      { image: marked('bad') },
      { image: marked('busy') },
      { image: versionItem({ content: patient('unmarked') }) },
    ),
    DEADLINE,
  )
  expect(answer).toEqual(from(4))
  expect(off).toEqual(['default Patient/a/1 nonce.2', 'default Patient/a/2 nonce.2', 'default Patient/bad/1 nonce.2'])
  expect(parts.entries).toContainEqual({
    level: 'warn',
    message: 'Marks of what is indexed were left behind',
    fields: { count: 3, cause: 'Fault throttled' },
  })
})

test('each tenant’s search parameters are asked for once a batch, when it is here; documents say by which they are', async () => {
  const parts = workerParts()
  const { writer, newest } = memoryIndex()
  const other = tenantOf('other')
  const asked: Tenant[] = []
  const own = await withOwnParameters(testDefinitions.for(other), [eyesParameter()])
  const definitions = {
    async current(tenant: Tenant) {
      asked.push(tenant)
      return tenant === other ? own : testDefinitions.for(tenant)
    },
  }
  const index = createIndexStream({ ...parts, writer, definitions })
  const content = patientWithEyes('a', 'green')
  const images = [patient('b'), patient('c')].map(each => ({ image: versionItem({ content: each }) }))
  await index(streamEvent(...images, { image: versionItem({ content, tenant: other }) }), DEADLINE)
  expect(asked).toEqual(['default', 'other'])
  expect([...newest].map(([key, version]) => [key, 'revision' in version ? version.revision : 0])).toEqual([
    ['default Patient/b', 0],
    ['default Patient/c', 0],
    ['other Patient/a', 1],
  ])
  const document = newest.get('other Patient/a')
  const eyes = document && 'entries' in document && document.entries.find(({ parameter }) => parameter.code === 'eyes')
  expect(eyes ? eyes.values : []).toEqual([{ kind: 'token', system: '', code: 'green' }])
  await index(streamEvent({ image: versionItem({ content, tenant: other }) }), DEADLINE)
  expect(asked).toEqual(['default', 'other', 'other'])
})

test('where a tenant’s search parameters can not be had, its changes come again, and those of others go on', async () => {
  const parts = workerParts()
  const { writer, newest } = memoryIndex()
  const other = tenantOf('other')
  const definitions = {
    async current(tenant: Tenant) {
      if (tenant === other) throw fault('unavailable', 'no answer')
      return testDefinitions.for(tenant)
    },
  }
  const answer = await createIndexStream({ ...parts, writer, definitions })(
    streamEvent(
      { image: versionItem({ content: patient('a') }) },
      { image: versionItem({ content: patient('b'), tenant: other }) },
    ),
    DEADLINE,
  )
  expect([answer, [...newest.keys()], parts.reported]).toEqual([from(2), ['default Patient/a'], []])
})
