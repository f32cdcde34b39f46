import type { DatabaseSync } from 'node:sqlite'
import type { Tenant } from '#service/call.ts'
import type {
  ParameterScan,
  ParameterScanPage,
  ParameterStore,
  StoredParameters,
} from '#service/ports/parameter-store.ts'
import type { StoredVersion } from '#service/ports/stored-version.ts'
import type { IndexDocument } from '#service/search/document.ts'
import type { DictionaryReader } from './dictionary-reader.ts'
import { RowStatement } from './rows.ts'
import { VERSION_COLUMNS, type VersionRow, versionOf } from './version-row.ts'
import { encodeReindexed } from './wire.ts'
import type { WriterClient } from './writer-client.ts'

export interface ParameterStoreParts {
  readonly database: DatabaseSync
  readonly dictionary: DictionaryReader
  readonly writer: WriterClient
}

const READ_COUNT = 500

/** Tenants whose revision is remembered. */
const REMEMBERED_MAX = 10_000

/** Reads on this thread's own connection, which sees every commit that was acknowledged to any thread. */
export class EmbeddedParameterStore implements ParameterStore {
  readonly #dictionary: DictionaryReader
  readonly #writer: WriterClient
  readonly #revision: RowStatement<[revision: number]>
  readonly #live: RowStatement<[key: number, id: string, ...VersionRow]>

  /** As of one epoch. */
  readonly #revisions = new Map<Tenant, number>()
  #rememberedOf: number | undefined

  constructor({ database, dictionary, writer }: ParameterStoreParts) {
    this.#dictionary = dictionary
    this.#writer = writer
    this.#revision = new RowStatement(database, 'SELECT revision FROM own_parameters WHERE tenant = ?')
    this.#live = new RowStatement(
      database,
      `SELECT r.key, r.id, ${VERSION_COLUMNS} FROM resource r INDEXED BY resource_live JOIN version v ON v.seq = r.seq
       WHERE r.kind = ? AND r.key > ? AND r.deleted = 0 ORDER BY r.key LIMIT 0 + ?`,
    )
  }

  revisionAtHand(tenant: Tenant): number {
    const epoch = this.#writer.epoch()
    if (epoch === undefined) return this.#readRevision(tenant)
    if (epoch !== this.#rememberedOf) {
      this.#revisions.clear()
      this.#rememberedOf = epoch
    }
    const known = this.#revisions.get(tenant)
    if (known !== undefined) return known
    const revision = this.#readRevision(tenant)
    if (this.#writer.epoch() === epoch && this.#revisions.size < REMEMBERED_MAX) this.#revisions.set(tenant, revision)
    return revision
  }

  #readRevision(tenant: Tenant): number {
    return this.#revision.get(tenant)?.[0] ?? 0
  }

  async revision(tenant: Tenant): Promise<number> {
    return this.revisionAtHand(tenant)
  }

  async read(tenant: Tenant): Promise<StoredParameters> {
    const revision = this.revisionAtHand(tenant)
    const versions: StoredVersion[] = []
    let after: string | undefined
    do {
      const page = this.#page(tenant, 'SearchParameter', after, READ_COUNT)
      versions.push(...page.versions)
      after = page.next
    } while (after !== undefined)
    return { revision, versions }
  }

  async scan(tenant: Tenant, { type, after, count }: ParameterScan): Promise<ParameterScanPage> {
    return this.#page(tenant, type, after, count)
  }

  async reindex(tenant: Tenant, revision: number, documents: readonly IndexDocument[]): Promise<void> {
    await this.#writer.reindex({ tenant, revision, resources: documents.map(encodeReindexed) })
  }

  /** What is committed is found. */
  async refresh(): Promise<void> {}

  /** By key, which is how long a resource has been there. */
  #page(tenant: Tenant, type: string, after: string | undefined, count: number): ParameterScanPage {
    const kind = this.#dictionary.kind(tenant, type)
    const rows = kind === undefined ? [] : this.#live.all(kind, Number(after ?? 0), count)
    const last = rows.length < count ? undefined : rows.at(-1)
    return {
      versions: rows.map(([, id, ...row]) => versionOf(type, id, row)),
      next: last && String(last[0]),
    }
  }
}
