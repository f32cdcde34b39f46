/**
 * What search knows of one version of a resource. Adapters index it; evaluate reads it; nobody indexes the resource.
 */
import type { ParameterReference } from './ast.ts'

export interface IndexDocument {
  readonly type: string
  readonly id: string
  readonly versionId: number
  readonly lastUpdated: number
  /** Values by parameter; a parameter without values has no entry. */
  readonly entries: readonly ParameterValues[]
  /** `Patient/1` */
  readonly compartments: readonly string[]
  /** Made when they are first asked for, and no part of a copy. undefined: there are none. */
  readonly words?: DocumentWords
  /** What is contained in it, each a document of its own that stays and goes with this one. undefined: nothing is. */
  readonly contained?: readonly IndexDocument[] | undefined
}

/**
 * Text without capitals and accents, of which each run of ASCII letters and digits and of characters beyond ASCII is a
 * word; words may come again. `distinctWords` takes them out.
 */
export interface DocumentWords {
  readonly narrative: string
  /** With the words of the narrative. */
  readonly content: string
}

export type WordPlace = keyof DocumentWords

/**
 * URLs of two parameters that are in no entries, as each resource has them: how long its texts are, in UTF-16 units.
 * Nothing is found by them, and resources are sorted by them.
 */
export const LENGTH_URLS: Readonly<Record<WordPlace, string>> = {
  narrative: '#narrative-length',
  content: '#content-length',
}

/** Which of the two it is; undefined: neither. */
export function wordPlaceOf({ url }: ParameterReference): WordPlace | undefined {
  if (url === LENGTH_URLS.narrative) return 'narrative'
  return url === LENGTH_URLS.content ? 'content' : undefined
}

/** Equal values are there once. */
export interface ParameterValues {
  /**
   * The definitions' own object, which holds more than a reference: don't clone it to another thread with the values.
   */
  readonly parameter: ParameterReference
  readonly values: readonly IndexValue[]
}

export type IndexValue = SimpleValue | CompositeValue | PositionValue

export type SimpleValue = TokenValue | StringValue | ReferenceValue | UriValue | DateValue | NumberValue | QuantityValue

export interface TokenValue {
  readonly kind: 'token'
  /** '' where there is none. */
  readonly system: string
  /** '' where there is none. */
  readonly code: string
}

export interface StringValue {
  readonly kind: 'string'
  readonly value: string
  readonly normalized: string
}

/** Either a local reference (type and id) or a URL (elsewhere, or canonical). */
export interface ReferenceValue {
  readonly kind: 'reference'
  readonly type: string | undefined
  readonly id: string | undefined
  readonly url: string | undefined
  readonly version: string | undefined
}

export interface UriValue {
  readonly kind: 'uri'
  readonly value: string
}

/**
 * Milliseconds since the epoch, low inclusive and never above high, high exclusive; an open end of a Period is
 * DATE_MIN or DATE_MAX.
 */
export interface DateValue {
  readonly kind: 'date'
  readonly low: number
  readonly high: number
}

/**
 * Both ends inclusive, low never above high, and equal but for a Range or a comparator; an open end is NUMBER_MIN or
 * NUMBER_MAX.
 */
export interface NumberValue {
  readonly kind: 'number'
  readonly low: number
  readonly high: number
}

/** Ends as in NumberValue. */
export interface QuantityValue {
  readonly kind: 'quantity'
  readonly low: number
  readonly high: number
  /** '' where there is none. */
  readonly system: string
  readonly code: string
  readonly unit: string
}

/**
 * One element of a composite parameter: the values of each component, at least one of each. Behind them, for each
 * component that is a quantity, what there is of it in base units.
 */
export interface CompositeValue {
  readonly kind: 'composite'
  readonly components: readonly (readonly SimpleValue[])[]
}

/** Degrees: -90 to 90, -180 to 180. */
export interface PositionValue {
  readonly kind: 'position'
  readonly latitude: number
  readonly longitude: number
}

/** Of quantities in the base units of UCUM: `5.4 mg` is also 0.0054 of code `g` of this system. */
export const CANONICAL_UNITS = 'http://unitsofmeasure.org#canonical'

/** The ends of ECMAScript time, in ms. */
export const DATE_MIN = -8.64e15
export const DATE_MAX = 8.64e15

/** The ends of what JSON and every engine can hold as a double. */
export const NUMBER_MIN = -Number.MAX_VALUE
export const NUMBER_MAX = Number.MAX_VALUE

/**
 * Grows by one whenever `extract` changes what it takes from a resource: engines that index later store it with each
 * document, so that a re-extraction replaces it.
 */
export const EXTRACTOR_GENERATION = 3
