/** Clauses of the engine's query language, as far as they are used. Nothing is scored: all of them are filters. */
import type { Field } from '../mapping.ts'

export type Clause =
  | { readonly match_all: Empty }
  | { readonly match_none: Empty }
  | { readonly term: ByField<string> }
  | { readonly terms: ByField<readonly string[]> }
  | { readonly prefix: ByField<string> }
  | { readonly wildcard: ByField<string> }
  | { readonly range: ByField<Bounds | Bounds<string>> }
  | { readonly geo_distance: { readonly distance: string; readonly position: { lat: number; lon: number } } }
  | { readonly nested: { readonly path: NestedPath; readonly query: Clause; readonly score_mode: 'none' } }
  | { readonly bool: BooleanClause }

export type NestedPath = 'date' | 'amount' | 'composite'
export type FieldPath =
  | Field
  | `${'date' | 'amount'}.${'key' | 'low' | 'high' | 'unit'}`
  | `composite.${'key' | 'term' | `low${number}` | `high${number}`}`

interface Empty {
  readonly [name: string]: never
}

/** One field. */
export type ByField<Value> = { readonly [Path in FieldPath]?: Value }

export interface Bounds<End = number> {
  readonly gt?: End
  readonly gte?: End
  readonly lt?: End
  readonly lte?: End
}

export interface BooleanClause {
  readonly filter?: readonly Clause[]
  readonly should?: readonly Clause[]
  readonly must_not?: readonly Clause[]
}

export const ALL: Clause = { match_all: {} }
export const NONE: Clause = { match_none: {} }

export const term = (field: FieldPath, value: string): Clause => ({ term: { [field]: value } })
export const range = (field: FieldPath, bounds: Bounds | Bounds<string>): Clause => ({ range: { [field]: bounds } })
export const prefix = (field: FieldPath, start: string): Clause => ({ prefix: { [field]: start } })
export const wildcard = (field: FieldPath, pattern: string): Clause => ({ wildcard: { [field]: pattern } })
export const nested = (path: NestedPath, query: Clause): Clause => ({ nested: { path, query, score_mode: 'none' } })

/** The engine takes 65,536 in one clause. */
const TERMS_MAX = 60_000

/** The field has one of these values. */
export function terms(field: FieldPath, values: readonly string[]): Clause {
  const [first] = values
  if (first === undefined) return NONE
  if (values.length === 1) return term(field, first)
  if (values.length <= TERMS_MAX) return { terms: { [field]: values } }
  const parts: Clause[] = []
  for (let start = 0; start < values.length; start += TERMS_MAX) {
    parts.push({ terms: { [field]: values.slice(start, start + TERMS_MAX) } })
  }
  return { bool: { should: parts } }
}

export function allOf(clauses: readonly Clause[]): Clause {
  const parts = clauses.filter(clause => clause !== ALL).flatMap(clause => filtersOf(clause) ?? [clause])
  const [first] = parts
  if (!first) return ALL
  if (parts.includes(NONE)) return NONE
  return parts.length === 1 ? first : { bool: { filter: parts } }
}

/** The parts of a conjunction; undefined: it is none. */
function filtersOf(clause: Clause): readonly Clause[] | undefined {
  if (!('bool' in clause)) return undefined
  const { filter, should, must_not: mustNot } = clause.bool
  return should || mustNot ? undefined : filter
}

/** Values of one field become one clause, objects of one kind are gone through once. */
export function anyOf(clauses: readonly Clause[]): Clause {
  if (clauses.includes(ALL)) return ALL
  const values = new Map<FieldPath, Set<string>>()
  const objects = new Map<NestedPath, Clause[]>()
  const parts: Clause[] = []
  for (const clause of clauses) {
    if (clause === NONE) continue
    if ('term' in clause) for (const [field, value] of fieldsOf(clause.term)) gather(values, field).add(value)
    else if ('terms' in clause) for (const [field, some] of fieldsOf(clause.terms)) addAll(gather(values, field), some)
    else if ('nested' in clause)
      objects.set(clause.nested.path, [...(objects.get(clause.nested.path) ?? []), clause.nested.query])
    else parts.push(clause)
  }
  for (const [field, some] of values) parts.push(terms(field, [...some]))
  for (const [path, queries] of objects) parts.push(nested(path, anyOf(queries)))
  const [first] = parts
  if (!first) return NONE
  return parts.length === 1 ? first : { bool: { should: parts } }
}

const fieldsOf = <Value>(fields: ByField<Value>): readonly [FieldPath, Value][] =>
  Object.entries(fields) as [FieldPath, Value][]

function gather(values: Map<FieldPath, Set<string>>, field: FieldPath): Set<string> {
  const known = values.get(field) ?? new Set()
  values.set(field, known)
  return known
}

function addAll(set: Set<string>, values: readonly string[]): void {
  for (const value of values) set.add(value)
}

export function not(clause: Clause): Clause {
  if (clause === ALL) return NONE
  return clause === NONE ? ALL : { bool: { must_not: [clause] } }
}
