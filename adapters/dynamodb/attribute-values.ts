/** Items as the SDK's low-level client has them. Its document client would bring half a megabyte into each bundle. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { Item, Key, Value } from './table.ts'

export type Attributes = Record<string, AttributeValue>

export function attributesOfItem(item: { readonly [name: string]: Value }): Attributes {
  const attributes: Attributes = {}
  for (const name in item) attributes[name] = attributeOf(item[name] as Value)
  return attributes
}

export function attributeOf(value: Value): AttributeValue {
  if (typeof value === 'string') return { S: value }
  if (typeof value === 'number') return { N: String(value) }
  if (typeof value === 'boolean') return { BOOL: value }
  if (value instanceof Uint8Array) return { B: value }
  return Array.isArray(value) ? { L: value.map(text => ({ S: text })) } : { SS: [...value] }
}

export const attributesOfKey = ({ partition, sort }: Key): Attributes => ({
  partition: { S: partition },
  sort: { S: sort },
})

/** Attributes of other types than ours are left out. */
export function itemOfAttributes(attributes: Attributes): Item {
  const item: Record<string, Value> = {}
  for (const name in attributes) {
    const value = fromAttribute(attributes[name])
    if (value !== undefined) item[name] = value
  }
  return item as unknown as Item
}

export const keyOfAttributes = (attributes: Attributes): Key => ({
  partition: attributes.partition?.S ?? '',
  sort: attributes.sort?.S ?? '',
})

function fromAttribute(attribute: AttributeValue | undefined): Value | undefined {
  if (!attribute) return undefined
  if (attribute.S !== undefined) return attribute.S
  if (attribute.N !== undefined) return Number(attribute.N)
  if (attribute.BOOL !== undefined) return attribute.BOOL
  if (attribute.B !== undefined) return attribute.B
  if (attribute.SS !== undefined) return new Set(attribute.SS)
  return attribute.L?.map(element => element.S ?? '')
}
