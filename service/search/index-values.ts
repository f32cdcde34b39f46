/** How an element of each FHIR type becomes the values of a search parameter. R4 search.html#ptypes */
import type { SearchParameterType } from '#schema/tables.ts'
import type { JsonObject, JsonValue } from '../resource/content.ts'
import { numberOf } from '../resource/json.ts'
import { parseDateRange } from './date-range.ts'
import type { Derivation } from './derived-parameter.ts'
import { CANONICAL_UNITS, DATE_MAX, DATE_MIN, type IndexValue, NUMBER_MAX, NUMBER_MIN } from './document.ts'
import { normalizeString } from './normalize.ts'
import { canonicalValueOf, type ReferenceContext, referenceTo, referenceValueOf } from './reference-value.ts'
import { conversionOf, convert, UCUM } from './units.ts'

/** Where converters put what they find. */
export interface ValueSink extends ReferenceContext {
  values: IndexValue[]
  /** Where a composite's component starts that starts from the resource again. */
  resource?: JsonValue
}

/** `element` is never null or undefined, and never an array. */
export type Converter = (element: JsonValue, sink: ValueSink) => void

/** Code systems by code, for elements of type `code` and boolean, whose system the resource doesn't say. */
export type ImpliedSystem = (code: string) => string

const BOOLEAN_SYSTEM = 'http://terminology.hl7.org/CodeSystem/special-values'
const CURRENCY_SYSTEM = 'urn:iso:std:iso:4217'

/** undefined: this type gives no values of this kind. */
export function converterFor(
  kind: SearchParameterType,
  elementType: string,
  impliedSystem: ImpliedSystem,
): Converter | undefined {
  if (kind === 'token' && elementType === 'code') {
    return (element, sink) => {
      if (typeof element === 'string') pushToken(sink, impliedSystem(element), element)
    }
  }
  return CONVERTERS[kind]?.[elementType] ?? (kind === 'reference' ? inlineResource : undefined)
}

const text =
  (push: (sink: ValueSink, value: string) => void): Converter =>
  (element, sink) => {
    if (typeof element === 'string') push(sink, element)
  }

const object =
  (push: (sink: ValueSink, value: JsonObject) => void): Converter =>
  (element, sink) => {
    if (typeof element === 'object') push(sink, element as JsonObject)
  }

function pushToken(sink: ValueSink, system: string, code: string): void {
  sink.values.push({ kind: 'token', system, code })
}

function pushString(sink: ValueSink, value: string): void {
  sink.values.push({ kind: 'string', value, normalized: normalizeString(value) })
}

function pushUri(sink: ValueSink, value: string): void {
  sink.values.push({ kind: 'uri', value })
}

/** Found with its version and without, so that `_profile=url` finds resources that claim one version of it. */
function pushCanonicalUri(sink: ValueSink, value: string): void {
  pushUri(sink, value)
  const bar = value.lastIndexOf('|')
  if (bar > 0) pushUri(sink, value.slice(0, bar))
}

function pushCoded(sink: ValueSink, system: JsonValue | undefined, code: JsonValue | undefined): void {
  const hasSystem = typeof system === 'string'
  const hasCode = typeof code === 'string'
  if (hasSystem || hasCode) pushToken(sink, hasSystem ? system : '', hasCode ? code : '')
}

/** What a search with a system that is a type's finds: `:of-type=system|code|value`. */
export const typeSystem = (system: string, code: string): string => `${system}|${code}`

const identifierByType = object((sink, value) => {
  const { value: text, type } = value
  const codings = (type as JsonObject | undefined)?.coding
  if (typeof text !== 'string' || !Array.isArray(codings)) return
  for (const item of codings) {
    const { system, code } = (item ?? {}) as JsonObject
    if (typeof code === 'string') pushToken(sink, typeSystem(typeof system === 'string' ? system : '', code), text)
  }
})

const referencedIdentifier = object((sink, value) => {
  if (value.identifier) identifier(value.identifier, sink)
})

function pushText(sink: ValueSink, text: JsonValue | undefined): void {
  if (typeof text !== 'string') return
  const normalized = normalizeString(text)
  if (normalized !== '') sink.values.push({ kind: 'string', value: normalized, normalized })
}

const codingText = object((sink, value) => pushText(sink, value.display))

const conceptText = object((sink, value) => {
  pushText(sink, value.text)
  if (!Array.isArray(value.coding)) return
  for (const item of value.coding) if (item !== null) codingText(item, sink)
})

/** `text/xml` of `text/xml; charset=UTF-8`. R4 search.html#mimetype */
export const mediaTypeOf = (value: string): string => (value.split(';', 1)[0] ?? '').trim().toLowerCase()

const mediaType = text((sink, value) => pushToken(sink, '', mediaTypeOf(value)))

/** `url|1.2` is a version of `url|1`. R4 search.html#versions */
const canonicalVersions = text((sink, value) => {
  const bar = value.lastIndexOf('|')
  if (bar <= 0) return
  const parts = value.slice(bar + 1).split('.')
  for (let count = 1; count <= parts.length; count++)
    pushToken(sink, value.slice(0, bar), parts.slice(0, count).join('.'))
})

const identifierText = object((sink, value) => pushText(sink, (value.type as JsonObject | undefined)?.text))

/** undefined: elements of this type have none. */
export function derivedConverterFor(derivation: Derivation, elementType: string): Converter | undefined {
  switch (derivation) {
    case 'text':
      return TEXT_CONVERTERS[elementType]
    case 'of-type':
      return identifierByType
    case 'identifier':
      return referencedIdentifier
    case 'canonical':
      return elementType === 'Range' ? canonicalRange : canonicalQuantity
    case 'media-type':
      return mediaType
    case 'versions':
      return canonicalVersions
  }
}

const coding = object((sink, value) => pushCoded(sink, value.system, value.code))

const codeableConcept = object((sink, value) => {
  const codings = value.coding
  if (!Array.isArray(codings)) return
  for (const item of codings) if (item !== null) coding(item, sink)
})

const identifier = object((sink, value) => pushCoded(sink, value.system, value.value))

/** The part that a token's system takes is the kind of contact: `telecom=email|a@example.org`. */
const contactPoint = object((sink, value) => pushCoded(sink, value.system, value.value))

const boolean: Converter = (element, sink) => {
  if (typeof element === 'boolean') pushToken(sink, BOOLEAN_SYSTEM, String(element))
}

const HUMAN_NAME_PARTS = ['family', 'given', 'prefix', 'suffix', 'text']
const ADDRESS_PARTS = ['line', 'city', 'district', 'state', 'postalCode', 'country', 'text']

const parts = (names: readonly string[]): Converter =>
  object((sink, value) => {
    for (const name of names) {
      const part = value[name]
      if (typeof part === 'string') pushString(sink, part)
      else if (Array.isArray(part)) for (const item of part) if (typeof item === 'string') pushString(sink, item)
    }
  })

const reference = object((sink, value) => {
  const target = value.reference
  const found = typeof target === 'string' ? referenceValueOf(target, sink) : undefined
  if (found) sink.values.push(found)
})

const canonical = text((sink, value) => {
  const found = canonicalValueOf(value, sink)
  if (found) sink.values.push(found)
})

/** Bundle.composition and Bundle.message lead to the entry itself. */
const inlineResource = object((sink, value) => {
  const { resourceType: type, id } = value
  if (typeof type !== 'string' || typeof id !== 'string') return
  sink.values.push(referenceTo(type, id))
})

const date = text((sink, value) => {
  const range = parseDateRange(value)
  if (range) sink.values.push(range)
})

const dateRangeOf = (value: JsonValue | undefined) => (typeof value === 'string' ? parseDateRange(value) : undefined)

/** A period that ends before it begins is the time between: engines rely on low ends that are not above high ends. */
function periodRange(period: JsonObject): { low: number; high: number } | undefined {
  const start = dateRangeOf(period.start)
  const end = dateRangeOf(period.end)
  if (start && end) return { low: Math.min(start.low, end.low), high: Math.max(start.high, end.high) }
  return start || end ? { low: start?.low ?? DATE_MIN, high: end?.high ?? DATE_MAX } : undefined
}

const period = object((sink, value) => {
  const range = periodRange(value)
  if (range) sink.values.push({ kind: 'date', ...range })
})

/** The outer limits of all its events and bounds. R4 search.html#date */
const timing = object((sink, value) => {
  const { event, repeat } = value
  const ranges = Array.isArray(event) ? event.map(item => dateRangeOf(item ?? undefined)) : []
  const bounds = (repeat as JsonObject | undefined)?.boundsPeriod
  const outer = [...ranges, bounds ? periodRange(bounds as JsonObject) : undefined].filter(range => range !== undefined)
  if (outer.length === 0) return
  const low = outer.reduce((least, range) => Math.min(least, range.low), DATE_MAX)
  const high = outer.reduce((greatest, range) => Math.max(greatest, range.high), DATE_MIN)
  sink.values.push({ kind: 'date', low, high })
})

/** Adding 0 makes -0 the same as 0. */
function finite(value: JsonValue | undefined): number | undefined {
  const number = numberOf(value)
  return number !== undefined && Number.isFinite(number) ? number + 0 : undefined
}

const number: Converter = (element, sink) => {
  const value = finite(element)
  if (value !== undefined) sink.values.push({ kind: 'number', low: value, high: value })
}

const wordOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '')

function pushQuantity(sink: ValueSink, low: number, high: number, source: JsonObject): void {
  const system = wordOf(source.system)
  sink.values.push({ kind: 'quantity', low, high, system, code: wordOf(source.code), unit: wordOf(source.unit) })
}

type AmountPusher = (sink: ValueSink, low: number, high: number, unit: JsonObject) => void

/** `<5` and `<=5` reach from NUMBER_MIN to 5; the comparator's own end counts as included. */
function quantityWith(push: AmountPusher): Converter {
  return object((sink, value) => {
    const amount = finite(value.value)
    if (amount === undefined) return
    const comparator = wordOf(value.comparator)
    const low = comparator.startsWith('<') ? NUMBER_MIN : amount
    const high = comparator.startsWith('>') ? NUMBER_MAX : amount
    push(sink, low, high, value)
  })
}

function rangeWith(push: AmountPusher): Converter {
  return object((sink, value) => {
    const low = value.low as JsonObject | undefined
    const high = value.high as JsonObject | undefined
    const least = finite(low?.value)
    const greatest = finite(high?.value)
    const unit = low ?? high
    if (unit === undefined || (least === undefined && greatest === undefined)) return
    const ends = [least ?? NUMBER_MIN, greatest ?? NUMBER_MAX]
    push(sink, Math.min(...ends), Math.max(...ends), unit)
  })
}

const quantity = quantityWith(pushQuantity)
const quantityRange = rangeWith(pushQuantity)

const money = object((sink, value) => {
  const amount = finite(value.value)
  if (amount === undefined) return
  const currency = value.currency
  pushQuantity(sink, amount, amount, typeof currency === 'string' ? currencyUnit(currency) : {})
})

const currencyUnit = (currency: string): JsonObject => ({ system: CURRENCY_SYSTEM, code: currency, unit: currency })

const position = object((sink, value) => {
  const latitude = finite(value.latitude)
  const longitude = finite(value.longitude)
  if (latitude === undefined || longitude === undefined) return
  if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)
    sink.values.push({ kind: 'position', latitude, longitude })
})

/** In base units; nothing where the unit is none of UCUM's. */
function pushCanonical(sink: ValueSink, low: number, high: number, unit: JsonObject): void {
  if (unit.system !== UCUM || typeof unit.code !== 'string') return
  const conversion = conversionOf(unit.code)
  if (!conversion) return
  const least = convert(low, conversion)
  const greatest = low === high ? least : convert(high, conversion)
  if (least === undefined || greatest === undefined) return
  const { unit: code } = conversion
  sink.values.push({ kind: 'quantity', low: least, high: greatest, system: CANONICAL_UNITS, code, unit: '' })
}

const canonicalQuantity = quantityWith(pushCanonical)
const canonicalRange = rangeWith(pushCanonical)

const TEXT_CONVERTERS: Readonly<Record<string, Converter>> = {
  CodeableConcept: conceptText,
  Coding: codingText,
  Identifier: identifierText,
}

const plainString = text(pushString)
const plainUri = text(pushUri)
const plainToken = text((sink, value) => pushToken(sink, '', value))
/** R4 search.html#token: elements of type string are searched without regard to case. */
const foldedToken = text((sink, value) => pushToken(sink, '', value.toLowerCase()))

const CONVERTERS: Readonly<Record<SearchParameterType, Readonly<Record<string, Converter>>>> = {
  token: {
    CodeableConcept: codeableConcept,
    Coding: coding,
    Identifier: identifier,
    ContactPoint: contactPoint,
    boolean,
    id: plainToken,
    string: foldedToken,
    uri: plainToken,
    canonical: plainToken,
  },
  string: {
    string: plainString,
    markdown: plainString,
    HumanName: parts(HUMAN_NAME_PARTS),
    Address: parts(ADDRESS_PARTS),
  },
  reference: { Reference: reference, canonical, uri: canonical, url: canonical },
  uri: { uri: plainUri, url: plainUri, oid: plainUri, uuid: plainUri, canonical: text(pushCanonicalUri) },
  date: { date, dateTime: date, instant: date, Period: period, Timing: timing },
  number: { decimal: number, integer: number, positiveInt: number, unsignedInt: number },
  // SampledData holds a series, not a quantity.
  quantity: {
    Quantity: quantity,
    Age: quantity,
    Count: quantity,
    Distance: quantity,
    Duration: quantity,
    Money: money,
    Range: quantityRange,
    SampledData: () => {},
  },
  composite: {},
  special: { 'Location.position': position },
}
