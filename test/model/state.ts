import type { Item, Key } from '#adapters/dynamodb/table.ts'
import type { ItemChange, ItemsView } from '#test/support/table-semantics.ts'
import type { ActorState } from './actor.ts'
import { Interned } from './interned.ts'
import type { Request } from './requests.ts'

const items = new Interned<Item>()
const requests = new Interned<Request>()
const places = new Map<string, number>()

/** By the number of its key, the number of each item plus one; 0 or nothing where there is none. */
export type TableState = readonly number[]

/** A write whose answer was lost, still on its way. */
export interface LateCopy {
  readonly actor: string
  readonly request: Request
}

/** Everything about the world at one moment. */
export interface StateParts {
  readonly table: TableState
  /** undefined: killed. */
  readonly actors: readonly (ActorState | undefined)[]
  readonly late: readonly LateCopy[]
  /** Position in the scenario's times. */
  readonly time: number
  /** How many actors may still be killed, and how many answers lost. */
  readonly crashes: number
  readonly losses: number
  /** Transactions whose record has been committed. */
  readonly committed: readonly string[]
  /** By resource, the last version that was seen final; negative: they came out of order. */
  readonly published: Readonly<Record<string, number>>
}

function placeOf({ partition, sort }: Key): number {
  const name = `${partition}/${sort}`
  const known = places.get(name)
  if (known !== undefined) return known
  places.set(name, places.size)
  return places.size - 1
}

export const viewOf = ({ table }: Pick<StateParts, 'table'>): ItemsView => ({
  get(key) {
    const number = table[placeOf(key)] ?? 0
    return number === 0 ? undefined : items.valueOf(number - 1)
  },
  *all() {
    for (const number of table) if (number > 0) yield items.valueOf(number - 1)
  },
})

export function tableAfter(table: TableState, changes: readonly ItemChange[]): TableState {
  const changed = [...table]
  for (const { key, item } of changes) {
    const place = placeOf(key)
    while (changed.length <= place) changed.push(0)
    changed[place] = item ? items.numberOf(item) + 1 : 0
  }
  return changed
}

/** Equal for states from which the same can happen. */
export function keyOf({ table, actors, late, time, crashes, losses, committed, published }: StateParts): string {
  let key = `${time}${crashes}${losses};`
  for (const actor of actors) key += `${actor?.number ?? '-'},`
  // Places that came into use later stand for nothing.
  let end = table.length
  while (end > 0 && table[end - 1] === 0) end--
  for (let place = 0; place < end; place++) key += `${table[place]}.`
  for (const { actor, request } of late) key += `;${actor}${requests.numberOf(request)}`
  return `${key};${committed};${published.A};${published.B}`
}
