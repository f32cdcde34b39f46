/** Ranges of one parameter, as far as plans need to know them. */
import type { Condition } from './condition.ts'
import { allOf, type Fragment } from './fragment.ts'

/** What both ends of a row certainly are, inclusive; infinite where nothing is known. */
export interface Bounds {
  readonly lowMin: number
  readonly lowMax: number
  readonly highMin: number
  readonly highMax: number
}

export const UNBOUNDED_ENDS: Bounds = {
  lowMin: Number.NEGATIVE_INFINITY,
  lowMax: Number.POSITIVE_INFINITY,
  highMin: Number.NEGATIVE_INFINITY,
  highMax: Number.POSITIVE_INFINITY,
}

/** A condition on one row of a parameter that a resource has one row of at most, so that several are about the same. */
export interface Range {
  /** Equal for ranges of one parameter. */
  readonly name: string
  readonly bounds: Bounds
  readonly match: (row: Fragment) => Fragment
  /** The condition that another range of the same parameter is. */
  readonly narrowed: (range: Range) => Condition
}

/** No low end is above its high end. */
export function rangeWith(range: Range, other: Range): Range {
  const bounds = {
    lowMin: Math.max(range.bounds.lowMin, other.bounds.lowMin),
    lowMax: Math.min(range.bounds.lowMax, other.bounds.lowMax),
    highMin: Math.max(range.bounds.highMin, other.bounds.highMin),
    highMax: Math.min(range.bounds.highMax, other.bounds.highMax),
  }
  return { ...range, bounds, match: row => allOf([range.match(row), other.match(row)]) }
}

/** How rows of a parameter are come by: each of these lists has other rows. */
export type Entry =
  | { readonly by: 'low' | 'high'; readonly from: number; readonly to: number }
  /** Rows that are wider than most, of a great high end and a low end below this. */
  | { readonly by: 'wide'; readonly highMin: number; readonly lowBelow: number }

/**
 * Rows are entered by the end that is bounded on both sides. Where each end is bounded on one side, all that is not
 * wide has its low end a little before the least high end, and the rest is in an index of its own.
 */
export function entriesOf({ lowMin, lowMax, highMin, highMax }: Bounds, width: number): readonly Entry[] {
  const lowTo = Math.min(lowMax, highMax)
  const highFrom = Math.max(highMin, lowMin)
  if (Number.isFinite(lowMin)) return [{ by: 'low', from: lowMin, to: lowTo }]
  if (Number.isFinite(highMax)) return [{ by: 'high', from: highFrom, to: highMax }]
  if (!Number.isFinite(lowTo)) return Number.isFinite(highFrom) ? [{ by: 'high', from: highFrom, to: highMax }] : []
  if (!Number.isFinite(highFrom)) return [{ by: 'low', from: lowMin, to: lowTo }]
  const lowBelow = highFrom - width
  return [
    { by: 'low', from: lowBelow, to: lowTo },
    { by: 'wide', highMin: highFrom, lowBelow },
  ]
}

/** What one end is certainly within, where no row is wider than that. */
export function boundsOfEnd(
  { lowMin, lowMax, highMin, highMax }: Bounds,
  end: 'low' | 'high',
  width: number,
): readonly [from: number, to: number] {
  return end === 'low'
    ? [Math.max(lowMin, highMin - width), Math.min(lowMax, highMax)]
    : [Math.max(highMin, lowMin), Math.min(highMax, lowMax + width)]
}

/** Conditions as they are, but for ranges of one parameter, which become one condition. */
export function rangesTogether(conditions: readonly Condition[]): readonly Condition[] {
  const ranges = new Map<string, Range>()
  for (const { range } of conditions) {
    const known = range && ranges.get(range.name)
    if (range) ranges.set(range.name, known ? rangeWith(known, range) : range)
  }
  const seen = new Set<string>()
  return conditions.flatMap(condition => {
    const { range } = condition
    const together = range && ranges.get(range.name)
    if (!together || together === range) return condition
    if (seen.size === seen.add(range.name).size) return []
    return together.narrowed(together)
  })
}

/** Ranges that hold wherever the condition does. */
export const impliedRanges = ({ range, implied = [] }: Condition): readonly Range[] => (range ? [range] : implied)
