import type { DatabaseSync } from 'node:sqlite'
import type { Tenant } from '#service/call.ts'
import { fault } from '#service/fault.ts'
import type { HistoryPage, HistoryRequest } from '#service/ports/resource-store.ts'
import type { StoredVersion } from '#service/ports/stored-version.ts'
import type { DictionaryReader } from './dictionary-reader.ts'
import { RowStatement } from './rows.ts'
import { VERSION_COLUMNS, type VersionRow, versionOf } from './version-row.ts'

/** Where a page ends: the time of its last version and its place in commit order. */
interface Place {
  readonly lastUpdated: number
  readonly seq: number
}

/** Versions between two times are counted no further than this. */
const COUNTED_MAX = 10_000

const EARLIEST = -8.64e15
const LATEST = 8.64e15

/** Where there is no page before this one. */
const VERSION_MAX = Number.MAX_SAFE_INTEGER

/** Versions newest first: by time, and those of the same millisecond by commit order. */
export class HistoryReader {
  readonly #dictionary: DictionaryReader
  readonly #kindsOfTenant: RowStatement<[kind: number]>
  readonly #resource: RowStatement<[key: number]>
  readonly #ofResource: RowStatement<[seq: number, ...VersionRow]>
  readonly #ofKind: RowStatement<[lastUpdated: number, seq: number]>
  readonly #version: RowStatement<[kind: number, id: string, ...VersionRow]>
  readonly #countOfKind: RowStatement<[versions: number]>
  readonly #countBetween: RowStatement<[versions: number]>
  readonly #versionsOfResource: RowStatement<[versions: number]>
  readonly #countOfResource: RowStatement<[versions: number]>

  constructor(database: DatabaseSync, dictionary: DictionaryReader) {
    this.#dictionary = dictionary
    this.#kindsOfTenant = new RowStatement(database, 'SELECT id FROM kind WHERE tenant = ? AND versions > 0')
    this.#resource = new RowStatement(database, 'SELECT key FROM resource WHERE kind = ? AND id = ?')
    // By the number the page starts where it belongs; by times alone all newer versions would be gone through.
    this.#ofResource = new RowStatement(
      database,
      `SELECT v.seq, ${VERSION_COLUMNS} FROM version v
       WHERE v.key = ?1 AND v.last_updated BETWEEN ?2 AND ?3 AND (v.last_updated, v.seq) < (?4, ?5)
       AND v.version <= coalesce((SELECT version FROM version WHERE seq = ?5 AND key = ?1), ${VERSION_MAX})
       ORDER BY v.version DESC LIMIT 0 + ?6`,
    )
    this.#ofKind = new RowStatement(
      database,
      `SELECT last_updated, seq FROM version INDEXED BY version_kind
       WHERE kind = ? AND last_updated BETWEEN ? AND ? AND (last_updated, seq) < (?, ?)
       ORDER BY last_updated DESC, seq DESC LIMIT 0 + ?`,
    )
    this.#version = new RowStatement(
      database,
      `SELECT r.kind, r.id, ${VERSION_COLUMNS} FROM version v JOIN resource r ON r.key = v.key WHERE v.seq = ?`,
    )
    this.#countOfKind = new RowStatement(database, 'SELECT versions FROM kind WHERE id = ?')
    this.#countBetween = new RowStatement(
      database,
      `SELECT count(*) FROM (SELECT 1 FROM version INDEXED BY version_kind
       WHERE kind = ? AND last_updated BETWEEN ? AND ? LIMIT ${COUNTED_MAX})`,
    )
    // Numbers have no gaps: both ends tell how many there are, however many that is.
    this.#versionsOfResource = new RowStatement(
      database,
      `SELECT (SELECT max(version) FROM version WHERE key = ?1) - (SELECT min(version) FROM version WHERE key = ?1) + 1`,
    )
    this.#countOfResource = new RowStatement(
      database,
      'SELECT count(*) FROM version WHERE key = ? AND last_updated BETWEEN ? AND ?',
    )
  }

  read(tenant: Tenant, request: HistoryRequest): HistoryPage {
    const { type, id } = request
    if (type === undefined)
      return this.#ofKinds(
        this.#kindsOfTenant.all(tenant).map(([kind]) => kind),
        request,
      )
    const kind = this.#dictionary.kind(tenant, type)
    if (kind === undefined) return { versions: [], next: undefined, total: 0 }
    return id === undefined ? this.#ofKinds([kind], request) : this.#ofOne(kind, type, id, request)
  }

  #ofOne(kind: number, type: string, id: string, request: HistoryRequest): HistoryPage {
    const { since = EARLIEST, until = LATEST, count } = request
    const resource = this.#resource.get(kind, id)
    if (!resource) return { versions: [], next: undefined, total: 0 }
    const [key] = resource
    const { lastUpdated, seq } = placeOf(request.after)
    const rows = this.#ofResource.all(key, since, until, lastUpdated, seq, count + 1)
    const versions = rows.slice(0, count).map(([_seq, ...row]) => versionOf(type, id, row))
    const last = rows[count - 1]
    return {
      versions,
      next: rows.length > count && last ? textOf({ lastUpdated: last[2], seq: last[0] }) : undefined,
      total: isWhole(request)
        ? this.#versionsOfResource.get(key)?.[0]
        : this.#countOfResource.get(key, since, until)?.[0],
    }
  }

  #ofKinds(kinds: readonly number[], request: HistoryRequest): HistoryPage {
    const { since = EARLIEST, until = LATEST, count } = request
    const after = placeOf(request.after)
    const places = kinds.flatMap(kind =>
      this.#ofKind
        .all(kind, since, until, after.lastUpdated, after.seq, count + 1)
        .map(([lastUpdated, seq]): Place => ({ lastUpdated, seq })),
    )
    places.sort((left, right) => right.lastUpdated - left.lastUpdated || right.seq - left.seq)
    const page = places.slice(0, count)
    const last = page.at(-1)
    return {
      versions: page.flatMap(place => this.#versionAt(place.seq) ?? []),
      next: places.length > count && last ? textOf(last) : undefined,
      total: this.#total(kinds, request),
    }
  }

  /** undefined: too many between two times to count in passing. */
  #total(kinds: readonly number[], request: HistoryRequest): number | undefined {
    const { since = EARLIEST, until = LATEST } = request
    let total = 0
    for (const kind of kinds) {
      const count = isWhole(request) ? this.#countOfKind.get(kind) : this.#countBetween.get(kind, since, until)
      total += count?.[0] ?? 0
    }
    return isWhole(request) || total < COUNTED_MAX ? total : undefined
  }

  #versionAt(seq: number): StoredVersion | undefined {
    const row = this.#version.get(seq)
    if (!row) return undefined
    const [kind, id, ...version] = row
    return versionOf(this.#dictionary.kindByNumber(kind).type, id, version)
  }
}

const isWhole = ({ since, until }: HistoryRequest): boolean => since === undefined && until === undefined

const textOf = ({ lastUpdated, seq }: Place): string => `${lastUpdated}.${seq}`

function placeOf(after: string | undefined): Place {
  if (after === undefined) return { lastUpdated: LATEST, seq: Number.MAX_SAFE_INTEGER }
  const [lastUpdated, seq] = after.split('.').map(Number)
  if (!Number.isSafeInteger(lastUpdated) || !Number.isSafeInteger(seq)) {
    throw fault('invalid', 'The page of the history was not made by this server: follow the next link as it is.')
  }
  return { lastUpdated: lastUpdated ?? 0, seq: seq ?? 0 }
}
