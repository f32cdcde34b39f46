export interface NumberRange {
  readonly value: number
  /** Inclusive. */
  readonly low: number
  /** Exclusive. */
  readonly high: number
}

const DECIMAL = /^([+-]?)(\d{1,60})(?:\.(\d{1,60}))?(?:[eE]([+-]?\d{1,4}))?$/

/**
 * A number of a search and the range that its precision implies, half a unit of the last digit each way: 100 is
 * [99.5, 100.5), 100.00 is [99.995, 100.005). R4's example 1e2 is [95, 105): with an exponent, a mantissa without a
 * fraction counts as having one digit (1.0e2). undefined: no number, or beyond what a double holds. R4
 * search.html#number
 */
export function parseNumberRange(text: string): NumberRange | undefined {
  const match = DECIMAL.exec(text)
  if (!match) return undefined
  const [, sign = '', whole = '', fraction = '', exponentText] = match
  const implied = exponentText !== undefined && fraction === '' ? '0' : fraction
  const scale = Number(exponentText ?? 0) - implied.length - 1
  // In decimal: the ends must be the doubles nearest to 5.395 and 5.405, not a rounding error beside them.
  const tenths = BigInt(whole + implied) * 10n * (sign === '-' ? -1n : 1n)
  const low = Number(`${tenths - 5n}e${scale}`)
  const high = Number(`${tenths + 5n}e${scale}`)
  const value = Number(text)
  return Number.isFinite(low) && Number.isFinite(high) ? { value: value + 0, low: low + 0, high: high + 0 } : undefined
}
