import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { type Tenant, tenantOf } from '#service/call.ts'
import type { ChangeImage, ChangeImages, VersionImage } from '#service/ports/change-images.ts'
import { itemOfAttributes } from './attribute-values.ts'
import type { BodyLoader } from './bodies.ts'
import { addressOf, kindOf } from './keys.ts'
import type { Item } from './table.ts'
import { recordOf } from './transaction-record.ts'
import { attributesOf, isPurged, transactionOf } from './version-item.ts'
import { markName } from './write-marks.ts'

/** The part of a record that says what an item has become; binary values in base64, as Lambda delivers them. */
interface StreamedRecord {
  readonly dynamodb?: { readonly NewImage?: Readonly<Record<string, StreamedValue>> }
}

interface StreamedValue {
  readonly S?: string
  readonly N?: string
  readonly BOOL?: boolean
  readonly B?: string
  readonly L?: readonly StreamedValue[]
}

const OTHER: ChangeImage = Object.freeze({ kind: 'other' })

/** Records of the table's stream, with new images. */
export class DynamoChangeImages implements ChangeImages {
  readonly #bodies: BodyLoader

  constructor(bodies: BodyLoader) {
    this.#bodies = bodies
  }

  read(record: unknown): ChangeImage {
    const item = itemOfRecord(record)
    // Removed: by the table, for its time is over, or by a purge, which leaves a tombstone of its own.
    if (!item) return OTHER
    const { kind, tenant } = kindOf(item)
    if (kind === 'version') return versionImageOf(item, this.#bodies) ?? OTHER
    return kind === 'transaction' ? decided(item, tenantOf(tenant)) : OTHER
  }
}

/** What an item has become; undefined: it was removed. */
export function itemOfRecord(record: unknown): Item | undefined {
  const image = (record as StreamedRecord).dynamodb?.NewImage
  return image && itemOfAttributes(attributesOfImage(image))
}

/**
 * undefined: not decided, or never counting: it comes again, without its transaction, when it is final. Or purged: the
 * tombstone above it has come before.
 */
export function versionImageOf(item: Item, bodies: BodyLoader): VersionImage | undefined {
  if (transactionOf(item) !== undefined || isPurged(item)) return undefined
  const { tenant } = addressOf(item)
  const mark = typeof item.mark === 'number' ? markName(String(item.nonce), item.mark) : undefined
  return {
    kind: 'version',
    tenant,
    attributes: attributesOf(item),
    ...(mark !== undefined && { mark }),
    load: deadline => bodies.loadOne(item, deadline),
  }
}

function decided(item: Item, tenant: Tenant): ChangeImage {
  const { state, finalizedAt, transaction } = recordOf(item)
  if (state === 'pending' || finalizedAt !== undefined) return OTHER
  return { kind: 'transaction', tenant, transaction }
}

const attributesOfImage = (image: Readonly<Record<string, StreamedValue>>): Record<string, AttributeValue> =>
  Object.fromEntries(Object.entries(image).map(([name, value]) => [name, attributeOf(value)]))

const attributeOf = (value: StreamedValue): AttributeValue =>
  (value.B === undefined ? value : { B: Buffer.from(value.B, 'base64') }) as AttributeValue
