/** Each takes one rule away that holds references. */
import type { Item, QueryPage, Write } from '#adapters/dynamodb/table.ts'
import { transactTo, writeTo } from '#test/support/table-semantics.ts'
import type { ScenarioShape } from './scenarios.ts'

interface Mutant extends ScenarioShape {
  readonly without: string
}

/** As if it were done. */
const PRETENDED = { outcome: { done: true }, changes: [] }

const isPutIn = (write: Write, partition: string): boolean =>
  write.kind === 'put' && write.item.partition.startsWith(partition)

const isStagedTombstone = (item: Item | undefined): boolean => item?.tx !== undefined && item.deleted === true

export const REFERENCE_MUTANTS: readonly Mutant[] = [
  {
    without: 'the check of the target in the request that refers to it',
    actors: ['V', 'D'],
    rules: {
      transact: (items, actions) =>
        transactTo(
          items,
          actions.filter(({ kind }) => kind !== 'check'),
        ),
    },
  },
  {
    without: 'a second look for references once the tombstone is staged',
    actors: ['V', 'D, which looks before'],
  },
  {
    without: 'holds on the targets of a staged commit',
    actors: ['S', 'D'],
    rules: { write: (_items, write) => (isPutIn(write, 't#holds#') ? PRETENDED : undefined) },
  },
  {
    without: 'looking for holds once the tombstone is staged',
    actors: ['S', 'D'],
    rules: {
      answer: (request, value) =>
        request.kind === 'query' && request.query.partition.startsWith('t#holds#') ? { items: [], more: false } : value,
    },
  },
  {
    without: 'looking for staged tombstones once the holds are put',
    actors: ['S', 'D'],
    rules: {
      answer: (request, value) =>
        request.kind === 'query' && isStagedTombstone((value as QueryPage).items[0])
          ? { items: (value as QueryPage).items.map(item => ({ ...item, deleted: false })), more: false }
          : value,
    },
  },
  {
    without: 'the condition that nobody has aborted the delete meanwhile',
    actors: ['V', 'D expiring'],
    rules: {
      write: (items, write) =>
        write.kind === 'update' && write.set.state === 'committed'
          ? writeTo(items, { ...write, condition: [{}] })
          : undefined,
    },
  },
  {
    without: 'the mark of what refers before it counts',
    actors: ['V marked', 'D, which finds by marks'],
    rules: { write: (_items, write) => (isPutIn(write, 't#marks#') ? PRETENDED : undefined) },
  },
]
