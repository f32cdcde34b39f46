import type { DatabaseSync } from 'node:sqlite'
import { tenantOf } from '#service/call.ts'
import type { ChangeFeed, ChangePage, CommittedChange } from '#service/ports/change-feed.ts'
import type { DictionaryReader } from './dictionary-reader.ts'
import { RowStatement } from './rows.ts'
import { decodeList, METHODS } from './wire.ts'
import type { WriterClient } from './writer-client.ts'

type ChangeRow = [
  seq: number,
  kind: number,
  id: string,
  version: number,
  lastUpdated: number,
  method: number,
  deleted: number,
  compartments: string,
  labels: string,
]

/** The versions themselves are the outbox: commit order is their primary key. A position is the last one done with. */
export class EmbeddedChangeFeed implements ChangeFeed {
  readonly #dictionary: DictionaryReader
  readonly #writer: WriterClient
  readonly #position: RowStatement<[position: number]>
  readonly #changes: RowStatement<ChangeRow>
  readonly #end: RowStatement<[seq: number | null]>

  constructor(database: DatabaseSync, dictionary: DictionaryReader, writer: WriterClient) {
    this.#dictionary = dictionary
    this.#writer = writer
    this.#position = new RowStatement(database, 'SELECT position FROM consumer WHERE name = ?')
    this.#end = new RowStatement(database, 'SELECT max(seq) FROM version')
    this.#changes = new RowStatement(
      database,
      `SELECT v.seq, v.kind, r.id, v.version, v.last_updated, v.method, v.deleted, v.compartments, v.labels
       FROM version v JOIN resource r ON r.key = v.key WHERE v.seq > ? ORDER BY v.seq LIMIT 0 + ?`,
    )
  }

  async read(consumer: string, limit: number): Promise<ChangePage> {
    return this.after(this.#position.get(consumer)?.[0] ?? 0, limit)
  }

  async end(): Promise<number> {
    return this.#end.get()?.[0] ?? 0
  }

  async after(position: number, limit: number): Promise<ChangePage> {
    const rows = this.#changes.all(position, limit)
    return { changes: rows.map(row => this.#changeOf(row)), position: rows.at(-1)?.[0] ?? position }
  }

  acknowledge(consumer: string, position: number): Promise<void> {
    return this.#writer.acknowledge(consumer, position)
  }

  subscribe(listener: () => void): () => void {
    return this.#writer.subscribe(listener)
  }

  #changeOf(row: ChangeRow): CommittedChange {
    const [_seq, kindNumber, id, versionId, lastUpdated, method, deleted, compartments, labels] = row
    const { tenant, type } = this.#dictionary.kindByNumber(kindNumber)
    return {
      tenant: tenantOf(tenant),
      type,
      id,
      versionId,
      lastUpdated,
      method: METHODS[method] ?? 'PUT',
      deleted: deleted === 1,
      compartments: decodeList(compartments),
      securityLabels: decodeList(labels),
    }
  }
}
