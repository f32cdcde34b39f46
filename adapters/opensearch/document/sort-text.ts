/** What text sorts by, as service/search/sort.ts says. The engine compares keywords by their UTF-8 bytes. */
import type { IndexValue } from '#service/search/document.ts'

/** UTF-16 units that count: two resources whose texts differ only behind them are taken for equal. */
const SORT_LENGTH_MAX = 256

/**
 * Texts of different parameters share objects: each has a column by its key, and an object no more than one text in a
 * column. An object for each parameter would make five objects of a resource more.
 */
export const SORT_COLUMNS = 16

export const sortColumn = (key: string): string => `text${key.charCodeAt(0) % SORT_COLUMNS}`

/** Between code and system, as service/search/sort.ts joins them. */
const TOKEN_SEPARATOR = '\u0001'

/** undefined: sorted by a number, or by nothing. */
export function sortTextOf(value: IndexValue): string | undefined {
  switch (value.kind) {
    case 'string':
      return cut(value.normalized)
    case 'token':
      return cut(value.code + TOKEN_SEPARATOR + value.system)
    case 'reference':
      return cut(value.url ?? `${value.type}/${value.id}`)
    case 'uri':
      return cut(value.value)
    case 'date':
    case 'number':
    case 'quantity':
    case 'composite':
    case 'position':
      return undefined
  }
}

const cut = (text: string): string =>
  text.length <= SORT_LENGTH_MAX ? text.toWellFormed() : text.slice(0, SORT_LENGTH_MAX).toWellFormed()

/** By code point, as the bytes of UTF-8 are ordered: surrogates stand for what is above all single units. */
export function isBefore(left: string, right: string): boolean {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index)
    const b = right.charCodeAt(index)
    if (a !== b) return rank(a) < rank(b)
  }
  return left.length < right.length
}

const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit)
