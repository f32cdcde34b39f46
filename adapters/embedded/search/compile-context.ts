import type { SQLInputValue } from 'node:sqlite'
import type { Tenant } from '#service/call.ts'
import type { ParameterReference } from '#service/search/ast.ts'
import type { DictionaryReader } from '../dictionary-reader.ts'
import type { RowStatement } from '../rows.ts'
import { type Fragment, raw } from './fragment.ts'

/** What compiling a query needs to know. One for each search: aliases are numbered within it. */
export interface CompileContext {
  readonly tenant: Tenant
  /** Number of the resource type that is searched at this level. */
  readonly kind: number
  readonly dictionary: DictionaryReader
  readonly reader: StatementReader
  readonly limits: PlanLimits
  /** A new alias. */
  alias(): Fragment
  /** For the query behind a join. */
  enter(kind: number): CompileContext
}

export interface StatementReader {
  prepare<Row extends SQLInputValue[]>(text: string): RowStatement<Row>
  rows<Row extends SQLInputValue[]>(fragment: Fragment): Row[]
  /** For plans: about how many rows a select has, counted no further than `bound`. Some seconds old at most. */
  estimate(select: Fragment, bound: number): number
  /** Rows of a select, counted no further than `bound`. */
  count(select: Fragment, bound: number): number
}

/** Where one way to an answer is left for another. All ways give the same answer. */
export interface PlanLimits {
  /** A list of fewer rows than this is good enough to stop looking for a shorter one. */
  readonly selectiveRows: number
  /** Lists are compared by counts up to here; what is longer is not sorted, and not joined from. */
  readonly estimatedRowsMax: number
  /** What a row that is gone through in the order of an index weighs, against one that is sorted. */
  readonly walkedWeight: number
  /** A list that has to be read whole is counted as far as this before it is compared with reading the type. */
  readonly countedRowsMax: number
  /** So many lists are merged in key order; more are gathered and sorted. */
  readonly mergedMax: number
  /** A code without a system is looked up under each system it is stored with, where these are no more than so many. */
  readonly expandedMax: number
  /** How long joins are tested on one candidate after the other, before all that they lead to is listed. */
  readonly joinPatienceMs: number
  /** A total over more rows than this is not counted here: OutOfTime at once. */
  readonly totalRowsMax: number
}

/** For a thread that others wait for: planning costs little, and most plans are good. */
export const QUICK_LIMITS: PlanLimits = {
  selectiveRows: 16,
  estimatedRowsMax: 2_000,
  walkedWeight: 1,
  countedRowsMax: 50_000,
  mergedMax: 16,
  expandedMax: 16,
  joinPatienceMs: Number.POSITIVE_INFINITY,
  totalRowsMax: 5_000,
}

/** For searches that took too long that way: milliseconds of counting show the way that takes least. */
export const THOROUGH_LIMITS: PlanLimits = {
  ...QUICK_LIMITS,
  selectiveRows: 1_000,
  estimatedRowsMax: 50_000,
  countedRowsMax: 500_000,
  joinPatienceMs: 100,
  totalRowsMax: Number.POSITIVE_INFINITY,
}

export interface ContextParts {
  readonly tenant: Tenant
  readonly dictionary: DictionaryReader
  readonly reader: StatementReader
  readonly limits: PlanLimits
}

export function compileContext(parts: ContextParts, kind: number): CompileContext {
  let aliases = 0
  const alias = () => raw(`t${++aliases}`)
  const at = (level: number): CompileContext => ({ ...parts, kind: level, alias, enter: at })
  return at(kind)
}

/** Number of a parameter of the type that is searched; undefined: none of its resources ever had a value. */
export function parameterNumber(context: CompileContext, parameter: ParameterReference): number | undefined {
  const kind = context.dictionary.kind(context.tenant, parameter.resourceType)
  return kind === context.kind ? context.dictionary.parameter(kind, parameter) : undefined
}
