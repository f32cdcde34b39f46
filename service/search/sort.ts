/** What sorting means; engines must give the same order. R4 search.html#sort */
import { invariant } from '../invariant.ts'
import type { ParameterReference, SortKey } from './ast.ts'
import { compareText } from './compare-text.ts'
import { type IndexDocument, type IndexValue, wordPlaceOf } from './document.ts'
import { evaluateQuery, type Lookup, NO_LOOKUP, valuesOf } from './evaluate.ts'

/**
 * Orders by the keys in turn, missing values last in both directions. Ties stay ties: engines break them by their own
 * immutable key.
 */
export function compareDocuments(
  sort: readonly SortKey[],
  lookup: Lookup = NO_LOOKUP,
): (left: IndexDocument, right: IndexDocument) => number {
  return (left, right) => {
    for (const key of sort) {
      const { descending } = key
      const a = keyValueOf(key, left, lookup)
      const b = keyValueOf(key, right, lookup)
      if (a === b) continue
      if (a === undefined) return 1
      if (b === undefined) return -1
      const order = compareSortValues(a, b)
      if (order !== 0) return descending ? -order : order
    }
    return 0
  }
}

/** What a resource is sorted by, there or behind its references: of several values as in sortValueOf. */
export function keyValueOf(
  { parameter, descending, through }: SortKey,
  document: IndexDocument,
  lookup: Lookup,
): string | number | undefined {
  if (!through) return sortValueOf(parameter, document, descending)
  let best: string | number | undefined
  for (const value of valuesOf(document, through.parameter)) {
    if (value.kind !== 'reference' || value.id === undefined || value.type !== through.query.type) continue
    const target = lookup.find(value.type, value.id)
    if (!target || !evaluateQuery(through.query, target, lookup)) continue
    const candidate = sortValueOf(parameter, target, descending)
    if (candidate === undefined) continue
    if (best === undefined || compareSortValues(candidate, best) < 0 !== descending) best = candidate
  }
  return best
}

/**
 * What a resource is sorted by: of several values the least, descending the greatest. undefined: it has none. Text
 * sorts by code point.
 */
export function sortValueOf(
  parameter: ParameterReference,
  document: IndexDocument,
  descending: boolean,
): string | number | undefined {
  const place = wordPlaceOf(parameter)
  if (place) return parameter.resourceType === document.type ? document.words?.[place].length : undefined
  let best: string | number | undefined
  for (const value of valuesOf(document, parameter)) {
    const candidate = sortKeyOf(value, descending)
    if (best === undefined || compareSortValues(candidate, best) < 0 !== descending) best = candidate
  }
  return best
}

/**
 * One value as it is sorted: dates, numbers and quantities (units aside) by their low end, descending by their high
 * end; strings normalized; tokens by code, then system; references by `Type/id` or URL.
 */
export function sortKeyOf(value: IndexValue, descending: boolean): string | number {
  switch (value.kind) {
    case 'date':
    case 'number':
    case 'quantity':
      return descending ? value.high : value.low
    case 'string':
      return value.normalized
    case 'token':
      return value.code + TOKEN_SEPARATOR + value.system
    case 'reference':
      return value.url ?? `${value.type}/${value.id}`
    case 'uri':
      return value.value
    case 'composite':
    case 'position':
      invariant(false, `nothing is sorted by a ${value.kind}`)
  }
}

/** Between code and system: sorts before every character that FHIR allows in text. */
const TOKEN_SEPARATOR = '\u0001'

function compareSortValues(left: string | number, right: string | number): number {
  if (typeof left === 'number') return typeof right === 'number' ? left - right : -1
  return typeof right === 'string' ? compareText(left, right) : 1
}
