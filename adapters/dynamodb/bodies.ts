import type { Tenant } from '#service/call.ts'
import { fault } from '#service/fault.ts'
import { mapConcurrently } from '#service/map-concurrently.ts'
import type { Change } from '#service/ports/resource-store.ts'
import type { StoredVersion } from '#service/ports/stored-version.ts'
import { ITEM_BYTES_MAX, itemBytes } from './item-size.ts'
import type { OverflowStore } from './overflow-store.ts'
import type { StoreContext } from './store-context.ts'
import { assertSame, decodeBody, encodeBody } from './stored-body.ts'
import { bodyPlaceOf, draftItem, overflowKey, type PlacedBody, type VersionItem, versionOf } from './version-item.ts'

/** Gets a body from where its version says it is. */
export class BodyLoader {
  readonly #overflow: Pick<OverflowStore, 'get'>

  constructor(overflow: Pick<OverflowStore, 'get'>) {
    this.#overflow = overflow
  }

  async loadOne(item: VersionItem, deadline: number): Promise<StoredVersion> {
    const place = bodyPlaceOf(item)
    if (!place) return versionOf(item, undefined)
    if (place.kind === 'item') return versionOf(item, decodeBody(place.stored))
    const bytes = await this.#overflow.get(place.key, deadline)
    assertSame(bytes, place.sha256)
    return versionOf(item, decodeBody({ encoding: place.encoding, bytes }))
  }
}

/** Puts bodies where they belong, and gets them from there. */
export class Bodies extends BodyLoader {
  readonly #context: StoreContext

  constructor(context: StoreContext) {
    super(context.overflow)
    this.#context = context
  }

  /**
   * The changes as items, in order. What overflows is stored when this returns, under keys that hold the nonce: an item
   * never names an object that is not there, and no attempt overwrites another one's.
   */
  async draft(
    tenant: Tenant,
    changes: readonly Change[],
    nonce: string,
    deadline: number,
  ): Promise<readonly VersionItem[]> {
    const drafts = changes.map(change => this.#draftOf(tenant, change, nonce))
    const overflowing = drafts.flatMap(({ body }) =>
      body?.overflow === undefined ? [] : [{ key: body.overflow, bytes: body.stored.bytes }],
    )
    await mapConcurrently(overflowing, this.#context.settings.concurrencyMax, ({ key, bytes }) =>
      this.#context.overflow.put(key, bytes, deadline),
    )
    return drafts.map(({ item }) => item)
  }

  #draftOf(tenant: Tenant, change: Change, nonce: string) {
    const body = this.#place(tenant, change, nonce)
    const item = draftItem(tenant, change, nonce, body)
    if (itemBytes(item) <= ITEM_BYTES_MAX - MARGIN_BYTES) return { item, body }
    throw fault('too-large', `${change.type}/${change.id} has more compartments and labels than can be stored.`)
  }

  #place(tenant: Tenant, change: Change, nonce: string): PlacedBody | undefined {
    if (change.body === undefined) return undefined
    const stored = encodeBody(change.body)
    if (stored.bytes.length < this.#context.settings.overflowBytesMin) return { stored, overflow: undefined }
    return { stored, overflow: overflowKey(tenant, change, nonce) }
  }

  /** Removes what versions that were certainly not committed have overflowed. What fails is left lying. */
  async discard(drafts: readonly VersionItem[], deadline: number): Promise<void> {
    const keys = drafts.flatMap(item => {
      const place = bodyPlaceOf(item)
      return place?.kind === 'overflow' ? [place.key] : []
    })
    const { settings, overflow, logger } = this.#context
    await mapConcurrently(keys, settings.concurrencyMax, async key => {
      try {
        await overflow.delete(key, deadline)
      } catch {
        logger.warn('An overflowed body that no version names was left behind')
      }
    })
  }

  /** With their bodies, in order. */
  load(items: readonly VersionItem[], deadline: number): Promise<StoredVersion[]> {
    return mapConcurrently(items, this.#context.settings.concurrencyMax, item => this.loadOne(item, deadline))
  }
}

/** For the attributes that come when a version is staged or final. */
const MARGIN_BYTES = 1024
