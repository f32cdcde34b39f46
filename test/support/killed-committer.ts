/**
 * A process that commits one large transaction and dies in the middle of it: argument 1 is a KilledCommit as JSON. It
 * ends by itself, with code 0, where it never comes to the step at which it shall die.
 */
import type { Action, Table, TransactOutcome, WriteOutcome } from '#adapters/dynamodb/table.ts'
import { tenantOf } from '#service/call.ts'
import { clientsOf, type DynamoPlace, MACHINE_CLOCK, storeOver } from './dynamo-store.ts'
import { entriesOf, WITHIN_MS } from './large-transaction.ts'

export interface KilledCommit {
  readonly place: DynamoPlace
  readonly tenant: string
  readonly at: KillPoint
}

export interface KillPoint {
  readonly step: StepKind
  /** Which one of these steps, from 1. */
  readonly number: number
  /** Before the request is sent, or after it is answered. */
  readonly moment: 'before' | 'after'
}

export type StepKind = 'open' | 'list' | 'stage' | 'decide' | 'finalize' | 'close'

function kindOf(write: Action): StepKind | undefined {
  if (write.kind === 'put') {
    if (write.item.sort === 'record') return 'open'
    if (write.item.sort.startsWith('chunk')) return 'list'
    return write.item.tx === undefined ? undefined : 'stage'
  }
  if (write.kind === 'delete' || write.kind === 'check') return undefined
  if (write.set.state === 'committed') return 'decide'
  if (write.set.finalizedAt !== undefined) return 'close'
  return write.remove.includes('tx') ? 'finalize' : undefined
}

/** The table, whose user dies at a step. */
function deadly(table: Table, at: KillPoint): Table {
  const counts = new Map<StepKind, number>()
  const around = async <T>(write: Action | undefined, request: () => Promise<T>): Promise<T> => {
    const kind = write && kindOf(write)
    if (!kind) return request()
    const number = (counts.get(kind) ?? 0) + 1
    counts.set(kind, number)
    const isHere = kind === at.step && number === at.number
    if (isHere && at.moment === 'before') return die()
    const answer = await request()
    return isHere ? die() : answer
  }
  return {
    get: (key, deadline) => table.get(key, deadline),
    batchGet: (keys, deadline) => table.batchGet(keys, deadline),
    query: (query, deadline) => table.query(query, deadline),
    write: (write, deadline): Promise<WriteOutcome> => around(write, () => table.write(write, deadline)),
    transact: (writes, token, deadline): Promise<TransactOutcome> =>
      around(writes[0], () => table.transact(writes, token, deadline)),
  }
}

function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL')
  // The signal needs no time that could be waited for; nothing more may happen.
  return new Promise(() => undefined)
}

const { place, tenant, at } = JSON.parse(process.argv[2] ?? '') as KilledCommit
const clients = clientsOf(place.addresses)
const store = storeOver(clients, place.name, { through: table => deadly(table, at) })
const changes = await entriesOf(store, tenantOf(tenant), 'first')
await store.commit(tenantOf(tenant), { changes, deadline: MACHINE_CLOCK.now() + WITHIN_MS })
clients.client.destroy()
clients.objects.destroy()
