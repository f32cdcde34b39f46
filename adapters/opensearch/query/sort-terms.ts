/** What resources are sorted by, and what a position in that order is made of. Its meaning: service/search/sort.ts. */
import { fault } from '#service/fault.ts'
import type { Position } from '#service/ports/search-index.ts'
import type { ParameterReference, SortKey } from '#service/search/ast.ts'
import { wordPlaceOf } from '#service/search/document.ts'
import { ID_URL, isColumn, parameterKey } from '../document/parameter-key.ts'
import { sortColumn } from '../document/sort-text.ts'

export interface SortTerm {
  readonly clause: Readonly<Record<string, unknown>>
  /** What the engine gives as the value of a resource without one. */
  readonly missing: string | null
}

type PositionValue = Position[number]

/** Always the last: ids are told apart within a type. */
const tiebreak = (backwards: boolean): SortTerm => ({ clause: { id: backwards ? 'desc' : 'asc' }, missing: null })

/** Backwards, the whole order is turned around; the value that a resource is sorted by stays the same. */
export const sortTerms = (type: string, sort: readonly SortKey[], backwards = false): readonly SortTerm[] => [
  ...sort.flatMap(({ parameter, descending }) => sortTerm(type, parameter, descending, backwards) ?? []),
  tiebreak(backwards),
]

/** undefined: no resource of the type has a value. */
function sortTerm(
  type: string,
  parameter: ParameterReference,
  descending: boolean,
  backwards: boolean,
): SortTerm | undefined {
  if (parameter.resourceType !== type) return undefined
  const order = descending === backwards ? 'asc' : 'desc'
  const place = backwards ? '_first' : '_last'
  if (isColumn(parameter)) {
    const field = parameter.url === ID_URL ? 'id' : 'lastUpdated'
    return { clause: { [field]: order }, missing: null }
  }
  const words = wordPlaceOf(parameter)
  if (words) {
    return { clause: { [`${words}Length`]: { order, missing: place } }, missing: INTEGER_MISSING(descending) }
  }
  const key = parameterKey(parameter)
  const { path, field, missing } = layoutOf(parameter)
  const mode = descending ? 'max' : 'min'
  const nested = { path, filter: { term: { [`${path}.key`]: key } } }
  return {
    clause: { [`${path}.${field(key, descending)}`]: { order, mode, missing: place, nested } },
    missing: missing(descending),
  }
}

/** What the engine gives, in 64 bits, where a whole number is missing. */
const INTEGER_MISSING = (descending: boolean): string => (descending ? '-9223372036854775808' : '9223372036854775807')

interface Layout {
  readonly path: 'date' | 'amount' | 'sort'
  readonly field: (key: string, descending: boolean) => string
  readonly missing: (descending: boolean) => string | null
}

const end = (_key: string, descending: boolean) => (descending ? 'high.sort' : 'low.sort')

const DATE: Layout = {
  path: 'date',
  field: end,
  missing: INTEGER_MISSING,
}

const AMOUNT: Layout = { path: 'amount', field: end, missing: descending => (descending ? '-Infinity' : 'Infinity') }

const TEXT: Layout = { path: 'sort', field: sortColumn, missing: () => null }

function layoutOf({ kind }: ParameterReference): Layout {
  if (kind === 'date') return DATE
  return kind === 'number' || kind === 'quantity' ? AMOUNT : TEXT
}

/** A position as callers keep it: null where the resource has no value. */
export const positionOf = (terms: readonly SortTerm[], values: readonly PositionValue[]): Position =>
  values.map((value, index) => (isMissing(value, terms[index]?.missing) ? null : value))

/** As numbers: the ends of 64 bits come rounded to 2^63, which no value is near to. */
const isMissing = (value: PositionValue, missing: string | null | undefined): boolean =>
  typeof missing === 'string' && Number(value) === Number(missing)

/** @throws Fault invalid where the position was made by another engine. */
export function searchAfter(terms: readonly SortTerm[], position: Position): readonly PositionValue[] {
  if (position.length !== terms.length || typeof position.at(-1) !== 'string') {
    throw fault('invalid', 'The page cursor is of another version of this server: start the search again.')
  }
  return position.map((value, index) => value ?? terms[index]?.missing ?? null)
}
