import type { Tenant } from '#service/call.ts'
import type { IndexableVersion, SearchWriter, UnwrittenVersion } from '#service/ports/search-writer.ts'
import { EXTRACTOR_GENERATION } from '#service/search/document.ts'
import { engineDocuments } from './document/engine-document.ts'
import { answerOf } from './engine/ask.ts'
import type { Engine } from './engine/engine.ts'
import { refused, unavailable } from './engine/engine-faults.ts'
import { refresh } from './engine/refresh.ts'
import { indexesBehind } from './index-aliases.ts'
import { type IndexPlace, routingOf, writeAlias } from './index-place.ts'

export interface WriterParts {
  readonly engine: Engine
  readonly place: IndexPlace
  /** One index alone, which a rebuild fills. undefined: every index that takes writes. */
  readonly index?: string
}

/** Domains on small machines take 10 MB. */
const REQUEST_LENGTH_MAX = 4_000_000
const REQUEST_ACTIONS_MAX = 1000

/** The engine has 63 bits. Versions of a resource have ten digits, which is 34 bits. */
const REVISION_BITS = 21n
const GENERATION_BITS = 8n

/** Beyond them, documents of one version count as equal, and the first stays. */
const REVISION_MAX = Number(2n ** REVISION_BITS - 1n)

/**
 * Grows from version to version, of one version from one revision of the tenant's search parameters to the next, and of
 * one revision from one generation of the extractor to the next. More than a double holds.
 */
export const engineVersion = (versionId: number, revision: number, generation: number): bigint =>
  (((BigInt(versionId) << REVISION_BITS) | BigInt(Math.min(revision, REVISION_MAX))) << GENERATION_BITS) |
  BigInt(generation)

export class OpenSearchWriter implements SearchWriter {
  readonly #parts: WriterParts

  constructor(parts: WriterParts) {
    this.#parts = parts
  }

  async write(
    tenant: Tenant,
    versions: readonly IndexableVersion[],
    deadline: number,
  ): Promise<readonly UnwrittenVersion[]> {
    if (versions.length === 0) return []
    const indexes = await this.#indexes(deadline)
    const unwritten = new Map<number, UnwrittenVersion>()
    const flush = async (actions: readonly Action[]) => {
      for (const failure of await this.#bulk(actions, deadline)) unwritten.set(failure.position, failure)
    }
    let actions: Action[] = []
    let length = 0
    for (const [position, version] of versions.entries()) {
      for (const { id, document } of engineDocuments(tenant, version)) {
        const text = JSON.stringify(document)
        const size = text.length * indexes.length
        const isFull = length + size > REQUEST_LENGTH_MAX || actions.length + indexes.length > REQUEST_ACTIONS_MAX
        if (isFull && actions.length > 0) {
          await flush(actions)
          actions = []
          length = 0
        }
        for (const index of indexes)
          actions.push({ position, text: `${this.#target(tenant, { id, version, index })}\n${text}\n` })
        length += size
      }
    }
    await flush(actions)
    return [...unwritten.values()]
  }

  async refresh(deadline: number): Promise<void> {
    const { engine, place, index } = this.#parts
    await refresh(engine, index ?? writeAlias(place), deadline)
  }

  /** Asked for each time: a rebuild adds an index and takes one away, and no write may miss the new one. */
  async #indexes(deadline: number): Promise<readonly string[]> {
    const { engine, place, index } = this.#parts
    if (index !== undefined) return [index]
    const indexes = await indexesBehind(engine, writeAlias(place), deadline)
    if (indexes.length === 0) throw unavailable(`no index has the alias ${writeAlias(place)}`)
    return indexes
  }

  #target(tenant: Tenant, { id, version, index }: ActionTarget): string {
    const target = {
      _index: index,
      _id: id,
      ...routingOf(this.#parts.place, tenant),
      version_type: 'external',
    }
    const number = engineVersion(version.versionId, revisionOf(version), EXTRACTOR_GENERATION)
    return `{"index":${JSON.stringify(target).slice(0, -1)},"version":${number}}}`
  }

  async #bulk(actions: readonly Action[], deadline: number): Promise<readonly UnwrittenVersion[]> {
    const body = actions.map(({ text }) => text).join('')
    const query = { filter_path: 'errors,items.index.status,items.index.error.type,items.index.error.caused_by.type' }
    const request = { method: 'POST', path: '/_bulk', query, body, deadline } as const
    const response = await answerOf(this.#parts.engine, request)
    if (response.status === TOO_LARGE) {
      return actions.map(({ position }) => ({ position, kind: 'rejected', cause: 'request_too_large' }))
    }
    if (response.status !== 200) throw refused(response)
    const answer = response.body as BulkAnswer | undefined
    if (answer?.errors === undefined) throw unavailable('an answer to writes that is none')
    if (!answer.errors) return []
    return (answer.items ?? []).flatMap(({ index: { status, error } }, place) => {
      const { position } = actions[place] ?? {}
      return position === undefined || isWritten(status) ? [] : { position, ...failureOf(status, error) }
    })
  }
}

/** A tombstone is the same by whatever search parameters. */
const revisionOf = (version: IndexableVersion): number => ('revision' in version ? (version.revision ?? 0) : 0)

interface ActionTarget {
  readonly id: string
  readonly version: IndexableVersion
  readonly index: string
}

interface Action {
  /** Of the version among those to be written. */
  readonly position: number
  /** Two lines. */
  readonly text: string
}

interface BulkAnswer {
  readonly errors: boolean
  readonly items?: readonly { readonly index: { readonly status: number; readonly error?: BulkError } }[]
}

interface BulkError {
  readonly type?: string
  readonly caused_by?: { readonly type?: string }
}

const TOO_LARGE = 413
const CONFLICT = 409

/** A conflict says that the index has this version, or a newer one. */
const isWritten = (status: number): boolean => status < 300 || status === CONFLICT

/** The engine's texts quote values: only names of errors are passed on. */
const failureOf = (status: number, error: BulkError | undefined): Omit<UnwrittenVersion, 'position'> => ({
  kind: status === 429 || status >= 500 ? 'busy' : 'rejected',
  cause: [error?.type, error?.caused_by?.type].filter(type => type !== undefined).join(': ') || `status ${status}`,
})
