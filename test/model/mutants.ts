/** Each takes one rule of the protocol away. */
import type { Item, Update, Write } from '#adapters/dynamodb/table.ts'
import { transactTo, writeTo } from '#test/support/table-semantics.ts'
import type { Request } from './requests.ts'
import type { Rules } from './rules.ts'
import type { ScenarioShape } from './scenarios.ts'

interface Mutant extends ScenarioShape {
  readonly without: string
}

const isUpdate = (write: Write): write is Update => write.kind === 'update'
const isDeciding = (write: Write, state: string): write is Update => isUpdate(write) && write.set.state === state
const isFinalizing = (write: Write): boolean => isUpdate(write) && write.remove.includes('tx')
const isStripping = (write: Write): write is Update => isUpdate(write) && write.set.stripped === true

const isRecordGet = (request: Request): boolean => request.kind === 'get' && request.key.sort === 'record'
const isVersionGet = (request: Request): boolean =>
  request.kind === 'get' && request.key.partition.startsWith('t#Patient#')

/** A record that nobody may abort. */
const UNDECIDED = {
  partition: 't#tx#T',
  sort: 'record',
  state: 'pending',
  openedAt: 0,
  expiresAt: Number.MAX_SAFE_INTEGER,
}

/** As if it were done. */
const PRETENDED = { outcome: { done: true }, changes: [] }

/** A refusal that shows the item that was met as this one. */
const refusedWith = (value: unknown, change: (found: Item) => Item): unknown => {
  const { done, found } = value as { readonly done?: boolean; readonly found?: Item }
  return done === false && found ? { done, found: change(found) } : value
}

/** The condition of an update holds whenever the item is there. */
const always = (update: Update): Update => ({ ...update, condition: [{}] })

const overwritingRecords = (isAllowed: (record: Item) => boolean): Rules => ({
  transact(items, writes) {
    const [record, ...rest] = writes
    if (record?.kind !== 'put' || record.item.sort !== 'record') return undefined
    const found = items.get(record.item)
    return found && isAllowed(found) ? transactTo(items, [{ kind: 'put', item: record.item }, ...rest]) : undefined
  },
})

export const MUTANTS: readonly Mutant[] = [
  {
    without: 'the condition on putting the record',
    actors: ['T1', 'F1'],
    losses: 1,
    rules: overwritingRecords(() => true),
  },
  {
    without: "recognising one's own write",
    actors: ['T1', 'W'],
    losses: 1,
    rules: {
      answer: (request, value) =>
        request.kind === 'write' && request.write.kind === 'put'
          ? refusedWith(value, found => ({ ...found, nonce: 'somebody' }))
          : value,
    },
  },
  {
    without: 'looking what a refused commit has become',
    actors: ['T1'],
    losses: 1,
    rules: {
      answer: (request, value) =>
        request.kind === 'write' && isDeciding(request.write, 'committed')
          ? refusedWith(value, found => ({ ...found, state: 'aborted' }))
          : value,
    },
  },
  {
    without: 'reading the version again where the record is missing',
    actors: ['T1', 'R', 'F1'],
    rules: {
      answer: (request, value) =>
        isVersionGet(request) && value && (value as Item).nonce === 'T1' ? { ...(value as Item), tx: 'T1' } : value,
    },
  },
  {
    without: 'the day that the record of a pending transaction outlives it',
    actors: ['T1', 'W'],
    losses: 1,
    rules: { removesEarly: true },
  },
  {
    without: 'the slot of an aborted version, which is deleted',
    actors: ['T1', 'W', 'E1'],
    losses: 1,
    rules: {
      write(items, write) {
        if (!isStripping(write)) return undefined
        const { outcome } = writeTo(items, write)
        return { outcome, changes: outcome.done ? [{ key: write.key, item: undefined }] : [] }
      },
    },
  },
  {
    without: 'overwriting what was aborted',
    actors: ['T1', 'W'],
    crashes: 1,
    rules: {
      answer: (request, value) =>
        isRecordGet(request) && ((value as Item | undefined)?.state ?? 'aborted') === 'aborted' ? UNDECIDED : value,
    },
  },
  {
    without: 'strongly consistent look-ups of records',
    actors: ['T1', 'W'],
    rules: { alsoAnswers: request => (isRecordGet(request) ? [undefined] : []) },
  },
  {
    without: 'writing the abort of what has expired',
    actors: ['T1', 'W'],
    rules: { write: (_items, write, actor) => (actor === 'W' && isDeciding(write, 'aborted') ? PRETENDED : undefined) },
  },
  {
    without: 'the condition on committing',
    actors: ['T1', 'W'],
    rules: {
      write: (items, write) => (isDeciding(write, 'committed') ? writeTo(items, always(write)) : undefined),
    },
  },
  {
    without: 'the condition on aborting',
    actors: ['T1', 'W'],
    rules: { write: (items, write) => (isDeciding(write, 'aborted') ? writeTo(items, always(write)) : undefined) },
  },
  {
    without: 'a new id for each attempt',
    actors: ['T1 again with its id', 'T2', 'W'],
    rules: overwritingRecords(({ state }) => state === 'aborted'),
  },
  {
    without: 'open transactions in the watermark',
    actors: ['T1 listed', 'L', 'F1'],
    rules: {
      answer: (request, value) =>
        request.kind === 'query' && request.query.partition === 't#open' ? { items: [], more: false } : value,
    },
  },
  {
    without: 'a limit to the time between a stamp and the record',
    actors: ['T1 listed, lagging', 'L', 'F1'],
  },
  {
    without: 'finalizing what one builds on',
    actors: ['T1', 'W'],
    rules: { write: (_items, write, actor) => (actor === 'W' && isFinalizing(write) ? PRETENDED : undefined) },
  },
  {
    without: 'who held a claim before, while it is undecided',
    actors: ['C1', 'X', 'K'],
    rules: {
      answer: (request, value) => {
        const item = value as Item | undefined
        return request.kind === 'get' && request.key.sort === 'claim' && item ? { ...item, tx: undefined } : value
      },
    },
  },
]
