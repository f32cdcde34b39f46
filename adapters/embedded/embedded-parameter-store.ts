import type { DatabaseSync } from 'node:sqlite'
import type { Tenant } from '#service/call.ts'
import type { ParameterScan, ParameterScanPage, ParameterStore } from '#service/ports/parameter-store.ts'
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

/** Reads on this thread's own connection, which sees every commit that was acknowledged to any thread. */
export class EmbeddedParameterStore implements ParameterStore {
  readonly #dictionary: DictionaryReader
  readonly #writer: WriterClient
  readonly #revision: RowStatement<[revision: number]>
  readonly #live: RowStatement<[key: number, id: string, ...VersionRow]>

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

  revision(tenant: Tenant): number {
    return this.#revision.get(tenant)?.[0] ?? 0
  }

  async scan(tenant: Tenant, { type, after = 0, count }: ParameterScan): Promise<ParameterScanPage> {
    const kind = this.#dictionary.kind(tenant, type)
    const rows = kind === undefined ? [] : this.#live.all(kind, after, count)
    const versions = rows.map(([, id, ...row]) => versionOf(type, id, row))
    return { versions, next: rows.length < count ? undefined : rows.at(-1)?.[0] }
  }

  async reindex(tenant: Tenant, revision: number, documents: readonly IndexDocument[]): Promise<void> {
    await this.#writer.reindex({ tenant, revision, resources: documents.map(encodeReindexed) })
  }
}
