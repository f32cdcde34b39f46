/** The versions of a resource as they are in the table. */
import type { Item } from '#adapters/dynamodb/table.ts'
import type { ItemsView } from '#test/support/table-semantics.ts'
import { TENANT } from './programs.ts'

export interface Slot {
  readonly versionId: number
  readonly by: string
  /** Who wrote the version that its writer had read. */
  readonly builtOn: string
  readonly transaction: string | undefined
  readonly deleted: boolean
}

/** undefined: nothing has that number. */
export function chainOf(items: ItemsView, resource: string): readonly (Slot | undefined)[] {
  const slots: (Slot | undefined)[] = []
  const partition = `${TENANT}#Patient#${resource}`
  for (const item of items.all()) {
    if (item.partition === partition) slots[Number(item.sort) - 1] = slotOf(item)
  }
  return Array.from(slots)
}

const slots = new WeakMap<Item, Slot>()

function slotOf(item: Item): Slot {
  const known = slots.get(item)
  if (known) return known
  const [by = '', builtOn = ''] = String(item.author).split('<')
  const transaction = typeof item.tx === 'string' ? item.tx : undefined
  const slot = { versionId: Number(item.sort), by, builtOn, transaction, deleted: item.deleted === true }
  slots.set(item, slot)
  return slot
}

export const isCommitted = (slot: Slot, committed: readonly string[]): boolean =>
  slot.transaction === undefined || committed.includes(slot.transaction)

/** The newest committed version. */
export const newestOf = (slots: readonly (Slot | undefined)[], committed: readonly string[]): Slot | undefined =>
  slots.findLast(slot => slot !== undefined && isCommitted(slot, committed))

/** The number of the newest committed version, 0 for none. */
export const committedTop = (items: ItemsView, resource: string, committed: readonly string[]): number =>
  newestOf(chainOf(items, resource), committed)?.versionId ?? 0

/** Who has created a resource that is named after its writer. */
export const creatorsIn = (items: ItemsView, committed: readonly string[]): readonly string[] =>
  [...items.all()]
    .filter(item => item.partition.startsWith(`${TENANT}#Patient#`))
    .filter(item => item.partition.endsWith(`#${slotOf(item).by}`) && isCommitted(slotOf(item), committed))
    .map(item => slotOf(item).by)
