import type { Tenant } from '#service/call.ts'
import type { Clock } from '#service/ports/clock.ts'
import type { Listeners } from '#service/ports/listeners.ts'
import { listenersKey } from './keys.ts'
import type { Table } from './table.ts'

export interface DynamoListenersParts {
  readonly table: Table
  readonly clock: Clock
}

/** A connection to AppSync ends after a day; this long after its subscription nobody hears any more. */
const LISTENS_SECONDS = 25 * 60 * 60

/** One item a tenant: until when somebody may be listening. */
export class DynamoListeners implements Listeners {
  readonly #table: Table
  readonly #clock: Clock

  constructor({ table, clock }: DynamoListenersParts) {
    this.#table = table
    this.#clock = clock
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
