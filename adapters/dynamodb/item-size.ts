import type { Item, Value } from './table.ts'

/** An item may have 400 KB, names included. */
export const ITEM_BYTES_MAX = 400 * 1024

/** As DynamoDB counts: names and texts in UTF-8, binaries as they are, a little for each element of a list. */
export function itemBytes(item: Item): number {
  let bytes = 0
  for (const [name, value] of Object.entries(item)) bytes += name.length + valueBytes(value)
  return bytes
}

function valueBytes(value: Value): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (typeof value === 'number') return 21
  if (typeof value === 'boolean') return 1
  if (value instanceof Uint8Array) return value.length
  let bytes = 3
  for (const text of value) bytes += Buffer.byteLength(text) + 1
  return bytes
}
