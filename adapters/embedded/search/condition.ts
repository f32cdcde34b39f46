import type { Fragment } from './fragment.ts'
import type { Range } from './range.ts'

/** What a node became: a test of one candidate and, where that is possible, a list of all that satisfy it. */
export interface Condition {
  /** A boolean expression about the resource whose key the expression `key` gives. */
  test(key: Fragment, candidates?: Candidates): Fragment
  /** Asked for only where the list is wanted: finding the best one costs look-ups. undefined: it can only be tested. */
  source(): Source | undefined
  /** Where the condition is one value of one parameter: several of them, united, become a list of values. */
  readonly equality?: Equality
  /** Where the condition is about the one row that a resource has of a parameter. */
  readonly range?: Range
  /** Such ranges that hold wherever the condition does. */
  readonly implied?: readonly Range[]
  /** Of an alternative: what it consists of, so that alternatives within alternatives become one list. */
  readonly alternatives?: readonly Condition[]
}

/** Of how many resources in one statement a test is asked: few where it is not said. */
export type Candidates = 'few' | 'many'

/** Keys of one resource type that satisfy a condition. */
export interface Source {
  /** What stands behind FROM. */
  from(bounds: KeyBounds): Fragment
  /** What stands behind WHERE, with columns of `from`. */
  readonly where: Fragment
  /** `where` without looking at the clock, which costs as much as the row: for lists that are known to be short. */
  readonly short?: Fragment
  /** The column that holds the key. */
  readonly key: Fragment
  /**
   * index: rows lie in key order, ORDER BY costs nothing. merged: they come out of `from` in key order. none: any
   * order.
   */
  readonly order: 'index' | 'merged' | 'none'
  /** Whether each key comes once. */
  readonly unique: boolean
  /** How many times longer than others the test of a candidate takes; 1 where it is not said. */
  readonly testCost?: number
  /** Rows, counted no further than `bound`; Infinity where counting would cost a scan. */
  estimate(bound: number): number
}

/** Only keys beyond `after`, in this direction. */
export interface KeyBounds {
  readonly after: number | undefined
  readonly descending: boolean
}

export const UNBOUNDED: KeyBounds = { after: undefined, descending: false }

export interface Equality {
  readonly table: 'token' | 'reference'
  readonly parameter: number
  /** token: code and system. reference: target and kind of the target. */
  readonly values: readonly [string, number]
}
