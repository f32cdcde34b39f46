import type { Tenant } from '#service/call.ts'
import type { Clock } from '#service/ports/clock.ts'
import type { Listeners } from '#service/ports/listeners.ts'
import { listenersKey } from './keys.ts'
import { RetryingTable, type RetryParts } from './retrying-table.ts'
import type { Table } from './table.ts'

/** A connection to AppSync ends after a day; this long after its subscription nobody hears any more. */
const LISTENS_SECONDS = 25 * 60 * 60

/** One item a tenant: until when somebody may be listening. */
export class DynamoListeners implements Listeners {
  readonly #table: Table
  readonly #clock: Clock

  constructor(table: Table, parts: RetryParts) {
    this.#table = new RetryingTable(table, parts)
    this.#clock = parts.clock
  }

  async listen(tenant: Tenant, deadline: number): Promise<void> {
    const expires = Math.ceil(this.#clock.now() / 1000) + LISTENS_SECONDS
    await this.#table.write({ kind: 'put', item: { ...listenersKey(tenant), expires } }, deadline)
  }

  /** What has expired may be there for days before it is taken away. */
  async isHeard(tenant: Tenant, deadline: number): Promise<boolean> {
    const item = await this.#table.get(listenersKey(tenant), deadline)
    return item !== undefined && Number(item.expires) * 1000 > this.#clock.now()
  }
}
