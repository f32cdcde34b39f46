import type { Item, Query, Table } from './table.ts'

/** All that a query finds, in ascending order, page by page. */
export async function* queryPages(
  table: Pick<Table, 'query'>,
  query: Omit<Query, 'descending' | 'limit'>,
  deadline: number,
): AsyncGenerator<readonly Item[]> {
  let rest = query
  for (;;) {
    const { items, more } = await table.query(rest, deadline)
    yield items
    const last = items.at(-1)
    if (!more || !last) return
    // Nothing sorts between a text and itself with the lowest character behind it.
    rest = { ...query, from: `${last.sort}\u0000` }
  }
}
