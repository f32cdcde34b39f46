/** What requests to a table mean, as functions of the items: for tables in memory. */
import type {
  Action,
  Alternative,
  Condition,
  Item,
  Key,
  Query,
  QueryPage,
  Refusal,
  TransactOutcome,
  Update,
  Value,
  Write,
  WriteOutcome,
} from '#adapters/dynamodb/table.ts'

export interface ItemsView {
  get(key: Key): Item | undefined
  /** All items, in any order. */
  all(): Iterable<Item>
}

/** item undefined: it is removed. */
export interface ItemChange {
  readonly key: Key
  readonly item: Item | undefined
}

export interface Written<Outcome> {
  readonly outcome: Outcome
  readonly changes: readonly ItemChange[]
}

export function writeTo(items: ItemsView, write: Action): Written<WriteOutcome> {
  const key = keyOf(write)
  const found = items.get(key)
  const condition = conditionOf(write)
  if (condition && !meets(found, condition)) return { outcome: { done: false, found }, changes: [] }
  const changes = write.kind === 'check' ? [] : [{ key, item: itemAfter(write, found) }]
  return { outcome: { done: true }, changes }
}

export function transactTo(items: ItemsView, writes: readonly Action[]): Written<TransactOutcome> {
  const written = writes.map(write => writeTo(items, write))
  if (written.every(({ outcome }) => outcome.done)) {
    return { outcome: { done: true }, changes: written.flatMap(({ changes }) => changes) }
  }
  const refusals = written.map(({ outcome }): Refusal | undefined => (outcome.done ? undefined : outcome))
  return { outcome: { done: false, refusals }, changes: [] }
}

export function queryOf(items: ItemsView, { index, partition, from, to, descending, limit }: Query): QueryPage {
  const [partitionName, sortName] = index === 'changes' ? ['changes', 'changed'] : ['partition', 'sort']
  const sortOf = (item: Item): string => String(item[sortName])
  const found = [...items.all()]
    .filter(item => item[partitionName] === partition)
    .filter(item => (from === undefined || sortOf(item) >= from) && (to === undefined || sortOf(item) <= to))
    .sort((left, right) => (sortOf(left) < sortOf(right) ? -1 : 1))
  if (descending) found.reverse()
  const page = limit === undefined ? found : found.slice(0, limit)
  return { items: index === 'changes' ? page.map(keysOnly) : page, more: page.length < found.length }
}

const keysOnly = ({ partition, sort, changes, changed }: Item): Item => ({
  partition,
  sort,
  ...(changes !== undefined && { changes }),
  ...(changed !== undefined && { changed }),
})

const keyOf = (write: Action): Key => {
  const { partition, sort } = write.kind === 'put' ? write.item : write.key
  return { partition, sort }
}

const conditionOf = (write: Action): Condition | undefined => write.condition

const meets = (item: Item | undefined, condition: Condition): boolean =>
  condition.some(alternative => meetsOne(item, alternative))

function meetsOne(item: Item | undefined, alternative: Alternative): boolean {
  if (alternative === 'absent') return item === undefined
  return item !== undefined && Object.entries(alternative).every(([name, value]) => isSame(item[name], value))
}

function itemAfter(write: Write, found: Item | undefined): Item | undefined {
  if (write.kind === 'delete') return undefined
  return write.kind === 'put' ? write.item : updated(write, found)
}

const isSame = (one: Value | undefined, other: Value | undefined): boolean =>
  one instanceof Set && other instanceof Set ? one.symmetricDifference(other).size === 0 : one === other

function updated({ key, set, remove, subtract = {} }: Update, found: Item | undefined): Item {
  const item: Record<string, Value> = { ...key, ...found, ...set }
  for (const [name, gone] of Object.entries(subtract)) {
    const before = item[name]
    if (before instanceof Set) item[name] = before.difference(gone)
  }
  const isThere = ([name, value]: [string, Value]) =>
    !remove.includes(name) && !(value instanceof Set && value.size === 0)
  return Object.fromEntries(Object.entries(item).filter(isThere)) as unknown as Item
}
