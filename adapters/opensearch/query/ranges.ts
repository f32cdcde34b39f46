/** Comparators as conditions on the two ends of a value. What they mean is said by service/search/evaluate.ts. */
import type { Comparator, DateNode, NumberNode, QuantityNode } from '#service/search/ast.ts'
import { allOf, anyOf, type Bounds, type Clause } from './clause.ts'

/** Makes conditions on the low and the high end of what is found. */
export interface Ends {
  low(bounds: Bounds): Clause
  high(bounds: Bounds): Clause
}

type DateRange = (node: DateNode, ends: Ends) => Clause

const DATE_RANGES: Readonly<Record<Comparator, DateRange>> = {
  eq: ({ low, high }, ends) => allOf([ends.low({ gte: low }), ends.high({ lte: high })]),
  ne: ({ low, high }, ends) => anyOf([ends.low({ lt: low }), ends.high({ gt: high })]),
  gt: ({ high }, ends) => ends.high({ gt: high }),
  lt: ({ low }, ends) => ends.low({ lt: low }),
  // "Or equal" need not look at both ends: what fails the other half of the alternative has that end right.
  ge: ({ low, high }, ends) => anyOf([ends.high({ gt: high }), ends.low({ gte: low })]),
  le: ({ low, high }, ends) => anyOf([ends.low({ lt: low }), ends.high({ lte: high })]),
  sa: ({ high }, ends) => ends.low({ gte: high }),
  eb: ({ low }, ends) => ends.high({ lte: low }),
  ap: ({ low, high }, ends) => allOf([ends.low({ lt: high }), ends.high({ gt: low })]),
}

export const dateRange: DateRange = (node, ends) => DATE_RANGES[node.comparator](node, ends)

type AmountRange = (node: NumberNode | QuantityNode, ends: Ends) => Clause

const AMOUNT_RANGES: Readonly<Record<Comparator, AmountRange>> = {
  eq: ({ low, high }, ends) => allOf([ends.low({ gte: low }), ends.high({ lt: high })]),
  ne: ({ low, high }, ends) => anyOf([ends.low({ lt: low }), ends.high({ gte: high })]),
  gt: ({ value }, ends) => ends.high({ gt: value }),
  lt: ({ value }, ends) => ends.low({ lt: value }),
  ge: ({ value }, ends) => ends.high({ gte: value }),
  le: ({ value }, ends) => ends.low({ lte: value }),
  sa: ({ value }, ends) => ends.low({ gt: value }),
  eb: ({ value }, ends) => ends.high({ lt: value }),
  ap: ({ low, high }, ends) => allOf([ends.low({ lte: high }), ends.high({ gte: low })]),
}

export const amountRange: AmountRange = (node, ends) => AMOUNT_RANGES[node.comparator](node, ends)
