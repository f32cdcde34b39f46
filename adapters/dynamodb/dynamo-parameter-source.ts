import type { Tenant } from '#service/call.ts'
import { fault } from '#service/fault.ts'
import { mapConcurrently } from '#service/map-concurrently.ts'
import { type ParameterSource, StaleParameters, type StoredParameters } from '#service/ports/parameter-store.ts'
import type { Change } from '#service/ports/resource-store.ts'
import type { StoredVersion } from '#service/ports/stored-version.ts'
import type { Bodies } from './bodies.ts'
import { parametersKey } from './keys.ts'
import type { Placement } from './placements.ts'
import { FREE } from './slots.ts'
import type { StoreContext } from './store-context.ts'
import type { Item, Put } from './table.ts'
import type { VersionReader } from './version-reader.ts'

/** Some 200 KB, where they have the longest ids. */
const LISTED_MAX = 2500

export interface ParameterSourceParts {
  readonly context: StoreContext
  readonly reader: VersionReader
  readonly bodies: Bodies
}

/** Which changes put parameters in or out of force. */
export interface ParameterChange {
  readonly changes: readonly Change[]
  /** By which it was decided that they do. */
  readonly revision: number
  /** Of the commit. */
  readonly nonce: string
}

/**
 * One item for each tenant that has had any: its revision, and which versions of which SearchParameters may be in
 * force. A commit that changes them puts it anew, in the same transaction.
 */
export class DynamoParameterSource implements ParameterSource {
  readonly #context: StoreContext
  readonly #reader: VersionReader
  readonly #bodies: Bodies

  constructor({ context, reader, bodies }: ParameterSourceParts) {
    this.#context = context
    this.#reader = reader
    this.#bodies = bodies
  }

  /** Other processes change it. */
  revisionAtHand(): undefined {
    return undefined
  }

  async revision(tenant: Tenant, deadline: number): Promise<number> {
    return (await this.#record(tenant, deadline)).revision
  }

  async read(tenant: Tenant, deadline: number): Promise<StoredParameters> {
    let record = await this.#record(tenant, deadline)
    for (;;) {
      const versions = await this.#versions(tenant, record, deadline)
      if (versions.length === record.listed.length) return { revision: record.revision, versions }
      // One was purged since, so that another commit has taken it off the list.
      const { revision } = record
      record = await this.#record(tenant, deadline)
      if (record.revision === revision) return { revision, versions }
    }
  }

  /**
   * The item as these changes leave it, for the transaction that they are committed in.
   * @throws StaleParameters where the revision is another one.
   */
  async placement(tenant: Tenant, { changes, revision, nonce }: ParameterChange, deadline: number): Promise<Placement> {
    const record = await this.#record(tenant, deadline)
    if (record.revision !== revision) throw new StaleParameters()
    const listed = listedAfter(record.listed, changes)
    const item: Item = { ...parametersKey(tenant), revision: revision + 1, listed, nonce }
    const first = revision === 0 ? FREE : [{ revision }]
    const put = (condition = first): Put => ({ kind: 'put', item, condition })
    return {
      key: item,
      first,
      put,
      // The step that decides a staged commit writes it.
      stage: put,
      retry: () => Promise.reject(new StaleParameters()),
    }
  }

  async #record(tenant: Tenant, deadline: number): Promise<ParameterRecord> {
    const item = await this.#context.table.get(parametersKey(tenant), deadline)
    if (!item) return NO_RECORD
    const { revision, listed } = item
    return { revision: Number(revision), listed: Array.isArray(listed) ? (listed as readonly string[]) : [] }
  }

  async #versions(tenant: Tenant, { listed }: ParameterRecord, deadline: number): Promise<readonly StoredVersion[]> {
    const items = await mapConcurrently(listed, this.#context.settings.concurrencyMax, text => {
      const [id = '', versionId] = text.split('/')
      return this.#reader.numbered(tenant, { type: 'SearchParameter', id }, Number(versionId), deadline)
    })
    return this.#bodies.load(
      items.filter(item => item !== undefined),
      deadline,
    )
  }
}

interface ParameterRecord {
  readonly revision: number
  /** `id/version` */
  readonly listed: readonly string[]
}

const NO_RECORD: ParameterRecord = { revision: 0, listed: [] }

/** What is changed may be in force from now on, or not any more: whoever reads the list tells by what it says. */
function listedAfter(before: readonly string[], changes: readonly Change[]): readonly string[] {
  const listed = new Map(before.map(text => [text.slice(0, text.indexOf('/')), text]))
  for (const { type, id, versionId, body } of changes) {
    if (type !== 'SearchParameter') continue
    if (body === undefined) listed.delete(id)
    else listed.set(id, `${id}/${versionId}`)
  }
  if (listed.size <= LISTED_MAX) return [...listed.values()]
  throw fault(
    'too-costly',
    `A tenant may have ${LISTED_MAX} SearchParameters that are active, or were: delete those without a use`,
  )
}
