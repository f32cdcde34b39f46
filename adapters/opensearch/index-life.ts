/**
 * The life of an index. A rebuild loses no write: from `begin` on every write goes to the old index and to the new one;
 * the new one is then filled from the store; `finish` turns searches to it and lets the old one go. Who asked before
 * `begin` where to write had its versions from the store before that: whoever fills the new one finds them there.
 */
import { fault } from '#service/fault.ts'
import { answerOf, ask } from './engine/ask.ts'
import type { Engine } from './engine/engine.ts'
import { refused } from './engine/engine-faults.ts'
import { refresh } from './engine/refresh.ts'
import { changeAliases, indexesBehind } from './index-aliases.ts'
import { type IndexPlace, readAlias, writeAlias } from './index-place.ts'
import { type IndexSettings, indexBody, MAPPING } from './mapping.ts'

export interface IndexLifeParts {
  readonly engine: Engine
  readonly place: IndexPlace
  readonly settings: IndexSettings
}

export interface IndexState {
  /** Searches go there; undefined: there is no index yet. */
  readonly searched: string | undefined
  /** The one that a rebuild fills. */
  readonly building: string | undefined
}

export async function stateOf({ engine, place }: IndexLifeParts, deadline: number): Promise<IndexState> {
  const [searched] = await indexesBehind(engine, readAlias(place), deadline)
  const written = await indexesBehind(engine, writeAlias(place), deadline)
  return { searched, building: searched && written.find(index => index !== searched) }
}

/** What rebuilds have left behind: neither searched nor written to. */
export async function orphansOf(parts: IndexLifeParts, deadline: number): Promise<readonly string[]> {
  const { engine, place } = parts
  const { searched, building } = await stateOf(parts, deadline)
  const response = await answerOf(engine, { method: 'GET', path: `/_alias`, deadline })
  if (response.status !== 200) throw refused(response)
  const isOurs = new RegExp(`^${place.prefix}-\\d{${NUMBER_LENGTH}}$`)
  return Object.keys(response.body as Readonly<Record<string, unknown>>)
    .filter(index => isOurs.test(index) && index !== searched && index !== building)
    .sort()
}

/**
 * Makes the first index where there is none, and has one of before know the fields that this version writes. May be
 * called at any time, by several at once.
 */
export async function ensureIndex(parts: IndexLifeParts, deadline: number): Promise<void> {
  const { engine, place } = parts
  if ((await stateOf(parts, deadline)).searched !== undefined) {
    const body = JSON.stringify({ properties: MAPPING.properties })
    await ask(engine, { method: 'PUT', path: `/${writeAlias(place)}/_mapping`, body, deadline })
    return
  }
  const index = indexName(place, 1)
  await create(parts, index, deadline)
  const aliases = [readAlias(place), writeAlias(place)]
  await changeAliases(
    engine,
    aliases.map(alias => ({ add: { index, alias } })),
    deadline,
  )
}

/**
 * Makes the next index and has it written to, together with the one that is searched. Gives its name.
 * @throws Fault conflict where a rebuild is under way.
 */
export async function beginRebuild(parts: IndexLifeParts, deadline: number): Promise<string> {
  const { engine, place } = parts
  const { searched, building } = await stateOf(parts, deadline)
  if (searched === undefined) throw fault('not-found', 'There is no search index to rebuild.')
  const index = nextIndex(place, searched)
  if (building !== undefined || !(await create(parts, index, deadline))) throw underWay()
  await changeAliases(engine, [{ add: { index, alias: writeAlias(place) } }], deadline)
  return index
}

/**
 * Turns searches to the new index; the old one takes no more writes. Gives its name. At once, or not at all. What could
 * be found before can be found after: the new index is refreshed before, and again for what was written between.
 */
export async function finishRebuild(parts: IndexLifeParts, index: string, deadline: number): Promise<string> {
  const { engine, place } = parts
  const { searched, building } = await stateOf(parts, deadline)
  if (searched === undefined || building !== index) throw fault('conflict', 'That search index is not being rebuilt.')
  await refresh(engine, index, deadline)
  const actions = [
    { remove: { index: searched, alias: readAlias(place) } },
    { add: { index, alias: readAlias(place) } },
    { remove: { index: searched, alias: writeAlias(place) } },
  ]
  await changeAliases(engine, actions, deadline)
  await refresh(engine, index, deadline)
  return searched
}

/** Removes an index that is neither searched nor written to: a rebuild's old one, once late writers are through. */
export async function removeIndex(parts: IndexLifeParts, index: string, deadline: number): Promise<void> {
  const { searched, building } = await stateOf(parts, deadline)
  if (index === searched || index === building) throw fault('conflict', 'That search index is in use.')
  const response = await answerOf(parts.engine, { method: 'DELETE', path: `/${index}`, deadline })
  if (response.status >= 300 && response.status !== 404) throw refused(response)
}

/** Stops a rebuild, or what is left of one that stopped while it began: its index goes. Else nothing happens. */
export async function abandonRebuild(parts: IndexLifeParts, deadline: number): Promise<void> {
  const { engine, place } = parts
  const { searched, building } = await stateOf(parts, deadline)
  if (searched === undefined) return
  if (building !== undefined) {
    await changeAliases(engine, [{ remove: { index: building, alias: writeAlias(place) } }], deadline)
  }
  await removeIndex(parts, building ?? nextIndex(place, searched), deadline)
}

/**
 * Removes what deleted resources have left, where they were deleted before that time. Nobody may still hold writes from
 * then: an older version of the resource would come back.
 */
export async function purgeDeleted({ engine, place }: IndexLifeParts, before: number, deadline: number): Promise<void> {
  const filter = [{ term: { deleted: true } }, { range: { lastUpdated: { lt: before } } }]
  const body = JSON.stringify({ query: { bool: { filter } } })
  const query = { conflicts: 'proceed', refresh: 'true' }
  await ask(engine, { method: 'POST', path: `/${readAlias(place)}/_delete_by_query`, query, body, deadline })
}

/** Gives whether it was made: not where it is there already. */
async function create({ engine, settings }: IndexLifeParts, index: string, deadline: number): Promise<boolean> {
  const body = JSON.stringify(indexBody(settings))
  const response = await answerOf(engine, { method: 'PUT', path: `/${index}`, body, deadline })
  if (response.status === 400 && JSON.stringify(response.body).includes('resource_already_exists_exception'))
    return false
  if (response.status >= 300) throw refused(response)
  return true
}

const NUMBER_LENGTH = 6

const indexName = ({ prefix }: IndexPlace, number: number): string =>
  `${prefix}-${String(number).padStart(NUMBER_LENGTH, '0')}`

const nextIndex = (place: IndexPlace, index: string): string =>
  indexName(place, Number(index.slice(index.lastIndexOf('-') + 1)) + 1)

const underWay = () => fault('conflict', 'The search index is being rebuilt already.')
