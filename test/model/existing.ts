import type { Item } from '#adapters/dynamodb/table.ts'
import { draftItem, finalItem } from '#adapters/dynamodb/version-item.ts'
import { changeOf, TENANT } from './programs.ts'

/** A, where it is there from the start. */
export const EXISTING: readonly Item[] = [
  finalItem(draftItem(TENANT, changeOf('O', 'A', 0, ''), 'O', undefined), () => 1),
].map(({ deleted: _deleted, ...item }) => item as Item)
