/** A transaction of many entries, half of them updates of what is there, half of them new. */
import type { Tenant } from '#service/call.ts'
import type { Clock } from '#service/ports/clock.ts'
import type { Change, ResourceStore } from '#service/ports/resource-store.ts'
import { unsealBody } from '#service/ports/stored-version.ts'
import { textOfJson } from '#service/resource/json-text.ts'
import { changeOf } from '../contract/changes.ts'

/** More than one request takes, so that it is staged. Those of nightly runs have the same steps, and more of each. */
export const ENTRIES = process.env.DIFFERENTIAL === 'large' ? 400 : 120

const ids = Array.from({ length: ENTRIES }, (_, index) => `p${index}`)
/** With the hint that is right for what is new. */
const keys = ids.map(id => ({ type: 'Patient', id, versionId: 1 }))

/** Plenty for a busy machine. */
export const WITHIN_MS = 240_000

const soon = (): number => Date.now() + WITHIN_MS

/** What is there before. */
export async function prepare(store: ResourceStore, tenant: Tenant): Promise<void> {
  const old = ids.slice(0, ENTRIES / 2)
  for (let start = 0; start < old.length; start += 100) {
    const part = old.slice(start, start + 100)
    const changes = part.map(id => changeOf('Patient', id, 1, { lastUpdated: Date.now(), body: bodyOf('before') }))
    await store.commit(tenant, { changes, deadline: soon() })
  }
}

/** The next version of each. @param by names the attempt. */
export async function entriesOf(
  store: ResourceStore,
  tenant: Tenant,
  by: string,
  clock: Clock = { now: () => Date.now() },
): Promise<Change[]> {
  const newest = await store.readNewest(tenant, keys, clock.now() + WITHIN_MS)
  // After the reading, which takes its time: what is written long after its time is refused.
  const lastUpdated = clock.now()
  return ids.map((id, index) => {
    const versionId = (newest[index]?.versionId ?? 0) + 1
    return changeOf('Patient', id, versionId, { lastUpdated, body: bodyOf(by) })
  })
}

/** Who wrote the newest version of each, by how many there are of each writer; '' where nothing is. */
export async function writersOf(store: ResourceStore, tenant: Tenant, deadline: number): Promise<object> {
  const newest = await store.readNewest(tenant, keys, deadline)
  const writers = newest.map(version => {
    const json = version && unsealBody(version)
    return json ? (JSON.parse(textOfJson(json)) as { by: string }).by : ''
  })
  return Object.fromEntries([...Map.groupBy(writers, by => by)].map(([by, all]) => [by, all.length]))
}

const bodyOf = (by: string): string => JSON.stringify({ by })
