import { expect, test } from 'vitest'
import {
  type IndexRebuild,
  type RebuildRecord,
  type SearchWriter,
  tenantOf,
  type VersionImage,
} from '#service/index.ts'
import { sealVersion } from '#service/ports/stored-version.ts'
import { currentTestDefinitions, faultOf, oneFault } from '#test/support/test-world.ts'
import { LEASE_MS } from './rebuild-lease.ts'
import { type ReindexNews, type ReindexOptions, reindex } from './reindex.ts'

const TENANT = tenantOf('default')
const OPTIONS: ReindexOptions = { segments: 3, lateWritersMs: 30_000, refused: 'stop' }

class Death extends Error {}

type Documents = Map<string, number>

/** A store and an index in memory, and processes that can be made to die at any of their requests. */
class World {
  now = 1_000_000
  readonly stored: Documents = new Map()
  readonly indexes = new Map<string, Documents>([['fhir-000001', new Map()]])
  searched = 'fhir-000001'
  readonly written = new Set(['fhir-000001'])
  record: RebuildRecord | undefined
  readonly poisoned = new Set<string>()
  readonly news: ReindexNews[] = []
  #stamps = 0

  /** As the service and its worker do it: the store, then every index that takes writes. */
  write(id: string): void {
    const versionId = (this.stored.get(id) ?? 0) + 1
    this.stored.set(id, versionId)
    for (const index of this.written) this.put(index, id, versionId)
  }

  put(index: string, id: string, versionId: number): void {
    const documents = this.indexes.get(index)
    if (documents && (documents.get(id) ?? 0) < versionId) documents.set(id, versionId)
  }

  /** @param step comes before and after the effect of each request. */
  run(step: () => void = () => undefined, options = OPTIONS) {
    const request = async <T>(effect: () => T): Promise<T> => {
      step()
      const answer = effect()
      step()
      return answer
    }
    return reindex(
      {
        scan: { read: ({ segment, segments, after }) => request(() => this.#page(segment, segments, after)) },
        rebuild: this.#rebuild(request),
        records: {
          read: () => request(() => this.record),
          replace: (record, before) =>
            request(() => {
              if (this.record?.stamp !== before?.stamp) return false
              this.record = record
              return true
            }),
          remove: record =>
            request(() => {
              if (this.record?.stamp === record.stamp) this.record = undefined
              return this.record === undefined
            }),
        },
        definitions: currentTestDefinitions,
        clock: { now: () => this.now },
        nonce: () => `stamp-${++this.#stamps}`,
        wait: async milliseconds => {
          this.now += milliseconds
        },
        report: news => void this.news.push(news),
      },
      options,
    )
  }

  /** Two resources a page, in the order of their ids. */
  #page(segment: number, segments: number, after = '') {
    const ids = [...this.stored.keys()].filter(id => Number(id) % segments === segment && id > after).sort()
    const shown = ids.slice(0, 2)
    return { versions: shown.map(id => this.#image(id)), next: ids.length > 2 ? shown[1] : undefined }
  }

  #image(id: string): VersionImage {
    const attributes = {
      type: 'Patient',
      id,
      versionId: this.stored.get(id) ?? 0,
      lastUpdated: 1,
      method: 'PUT',
      deleted: false,
      compartments: [],
      securityLabels: [],
    } as const
    const body = Buffer.from(JSON.stringify({ resourceType: 'Patient', id }))
    return { kind: 'version', tenant: TENANT, attributes, load: async () => sealVersion(attributes, body) }
  }

  #rebuild(request: <T>(effect: () => T) => Promise<T>): IndexRebuild {
    const building = () => [...this.written].find(index => index !== this.searched)
    const next = () => `fhir-${String(Number(this.searched.slice(-6)) + 1).padStart(6, '0')}`
    const writer = (index: string): SearchWriter => ({
      write: (_, versions) =>
        request(() =>
          versions.flatMap(({ id, versionId }, position) => {
            if (this.poisoned.has(id)) return { position, kind: 'rejected' as const, cause: 'poison' }
            this.put(index, id, versionId)
            return []
          }),
        ),
      refresh: async () => undefined,
    })
    return {
      state: () =>
        request(() => ({
          searched: this.searched,
          building: building(),
          orphans: [...this.indexes.keys()].filter(index => !this.written.has(index) && index !== this.searched),
        })),
      begin: async () => {
        const index = next()
        // Two requests: the process may die between them.
        await request(() => this.indexes.set(index, new Map()))
        await request(() => this.written.add(index))
        return index
      },
      writer,
      finish: index =>
        request(() => {
          const old = this.searched
          this.searched = index
          this.written.delete(old)
          return old
        }),
      remove: index => request(() => void this.indexes.delete(index)),
      abandon: () =>
        request(() => {
          const index = building() ?? next()
          this.written.delete(index)
          this.indexes.delete(index)
        }),
    }
  }

  /** Which index is searched, which there are, and whether it has all. */
  summary() {
    const missing = [...this.stored].filter(([id, versionId]) => this.indexes.get(this.searched)?.get(id) !== versionId)
    return { indexes: [...this.indexes.keys()], written: [...this.written], missing, record: this.record }
  }
}

function worldOf(count: number): World {
  const world = new World()
  for (let id = 1; id <= count; id++) world.write(String(id))
  return world
}

test('searches turn to a new index that has everything, and the old one goes', async () => {
  const world = worldOf(20)
  const summary = { indexes: ['fhir-000002'], written: ['fhir-000002'], missing: [], record: undefined }
  expect(await world.run()).toEqual({ kind: 'done', index: 'fhir-000002', written: 20, refused: 0 })
  expect(world.summary()).toEqual(summary)
  expect(world.news.map(({ kind }) => kind).filter(kind => kind !== 'progress')).toEqual([
    'begun',
    'swapped',
    'removed',
  ])
})

test('whenever the process dies, and whatever is written meanwhile, the next run ends it and leaves nothing', async () => {
  let steps = 0
  await worldOf(20).run(() => void steps++)
  expect(steps).toBeGreaterThan(50)
  for (let fatal = 1; fatal <= steps; fatal++) {
    const world = worldOf(20)
    let step = 0
    const dying = world.run(() => {
      // Nothing is asked any more by who is dead.
      if (++step >= fatal) throw new Death()
      world.write(String(step % 30))
    })
    await expect(dying, `step ${fatal}`).rejects.toThrow(Death)
    world.now += LEASE_MS + 1
    const outcome = await world.run(() => world.write(String(++step % 30)))
    expect([fatal, outcome.kind]).toEqual([fatal, 'done'])
    // Dead after the record was removed: the next run is one of its own.
    const index = world.searched
    expect(world.summary()).toEqual({ indexes: [index], written: [index], missing: [], record: undefined })
  }
})

test('one at a time: another process is refused, until the first one has been silent for long', async () => {
  const world = worldOf(4)
  let step = 0
  const first = world.run(() => {
    if (++step >= 20) throw new Death()
  })
  await expect(first).rejects.toThrow(Death)
  expect(await faultOf(world.run())).toEqual(
    oneFault(
      'conflict',
      'conflict',
      'Another process is rebuilding the search index; should it have ended, it can be gone on with in 120 s.',
    ),
  )
  world.now += LEASE_MS + 1
  expect(await world.run()).toMatchObject({ kind: 'done' })
  expect(world.news.some(({ kind }) => kind === 'resumed')).toBe(true)
})

test('who is taken for dead and is not stops at once', async () => {
  const world = worldOf(4)
  let step = 0
  const slow = world.run(() => {
    if (++step !== 20) return
    world.now += LEASE_MS + 1
    if (world.record) world.record = { ...world.record, stamp: 'of another' }
  })
  expect(await faultOf(slow)).toEqual(
    oneFault('conflict', 'conflict', 'Another process has taken this rebuild over: this one stops.'),
  )
  expect(world.searched).toBe('fhir-000001')
})

test('an index that refuses a resource is not searched, unless that is accepted', async () => {
  const world = worldOf(7)
  world.poisoned.add('5')
  expect(await world.run()).toEqual({ kind: 'stopped', refused: 1 })
  expect(world.searched).toBe('fhir-000001')
  expect(world.news).toContainEqual({ kind: 'refused', version: 'default Patient/5/_history/1', cause: 'poison' })
  const accepted = await world.run(undefined, { ...OPTIONS, refused: 'accept' })
  expect(accepted).toEqual({ kind: 'done', index: 'fhir-000002', written: 6, refused: 1 })
  expect(world.summary().indexes).toEqual(['fhir-000002'])
})
