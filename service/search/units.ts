/** Quantities in UCUM's base units, so that 5.4 mg and 0.0054 g are found by one search. R4 search.html#quantity */
import { withoutConsole } from '../without-console.ts'
import { NUMBER_MAX, NUMBER_MIN } from './document.ts'
import { loadUcum, type UcumLibrary } from './ucum-library.cjs'

export const UCUM = 'http://unitsofmeasure.org'

/** From a unit to base units: times `factor`, plus `offset`. */
export interface Conversion {
  readonly factor: number
  readonly offset: number
  /** Product of base units in alphabetic order: `g.m-3`; '1' for a mere number. */
  readonly unit: string
}

const CODE_LENGTH_MAX = 100
/** Codes come from clients: what is known is forgotten before it fills the memory. */
const KNOWN_MAX = 5_000

const known = new Map<string, Conversion | null>()
let library: UcumLibrary | undefined

/**
 * undefined: no UCUM code, an arbitrary unit (`[iU]`), which is comparable to nothing but itself, or a scale that is
 * not linear (`[pH]`). Such quantities are compared as they are written.
 */
export function conversionOf(code: string): Conversion | undefined {
  if (code === '' || code.length > CODE_LENGTH_MAX) return undefined
  let conversion = known.get(code)
  if (conversion === undefined) {
    if (known.size >= KNOWN_MAX) known.clear()
    conversion = withoutConsole(() => linearConversion(code))
    known.set(code, conversion)
  }
  return conversion ?? undefined
}

function linearConversion(code: string): Conversion | null {
  library ??= loadUcum()
  const one = library.convertToBaseUnits(code, 1)
  const zero = library.convertToBaseUnits(code, 0)
  const many = library.convertToBaseUnits(code, PROBE)
  if (one.status !== 'succeeded' || !one.unitToExp) return null
  const [offset, atOne, atMany] = [zero.magnitude ?? 0, one.magnitude ?? Number.NaN, many.magnitude ?? Number.NaN]
  const factor = offset === 0 ? atOne : (atMany - offset) / PROBE
  const isLinear =
    Math.abs(atMany - (factor * PROBE + offset)) <= Math.abs(atMany) * TOLERANCE &&
    Math.abs(atOne - (factor + offset)) <= Math.abs(atOne) * TOLERANCE
  if (!isLinear || !(factor > 0) || !Number.isFinite(factor) || !Number.isFinite(offset)) return null
  return { factor, offset, unit: unitOf(one.unitToExp) }
}

const PROBE = 1000
const TOLERANCE = 1e-9

const unitOf = (exponents: Readonly<Record<string, number>>): string =>
  Object.entries(exponents)
    .filter(([, exponent]) => exponent !== 0)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([base, exponent]) => (exponent === 1 ? base : `${base}${exponent}`))
    .join('.') || '1'

/**
 * Twelve significant digits. A double has about sixteen, of which a conversion spoils the last one or two; so what is
 * the same number in decimal is the same double afterwards, on whichever way it was reached, and no search just misses
 * a value by noise. Values that differ only behind the twelfth digit count as equal.
 */
const SIGNIFICANT_DIGITS = 12

const rounded = (value: number): number => Number(value.toPrecision(SIGNIFICANT_DIGITS)) + 0

/** An open end stays open. undefined: beyond what a double holds. */
export function convert(value: number, { factor, offset }: Conversion): number | undefined {
  if (value === NUMBER_MIN || value === NUMBER_MAX) return value
  const converted = value * factor + offset
  return Number.isFinite(converted) ? rounded(converted) : undefined
}
