/** One value of a parameter of a simple kind, after the commas are split. */
import type { SearchParameterType } from '#schema/tables.ts'
import type { Definitions, SearchParameter } from '../definitions.ts'
import { anyOf } from './any-of.ts'
import type { Comparator, Node, ParameterReference } from './ast.ts'
import { parseDateRange } from './date-range.ts'
import { type Derivation, derivationsOf, derivedParameter } from './derived-parameter.ts'
import { CANONICAL_UNITS, DATE_MAX, DATE_MIN } from './document.ts'
import { splitUnescaped, unescapeValue } from './escapes.ts'
import { mediaTypeOf, typeSystem } from './index-values.ts'
import { nearHint } from './near-names.ts'
import { normalizeString } from './normalize.ts'
import { parseNumberRange } from './number-range.ts'
import { canonicalValueOf, isLogicalId, type ReferenceContext, referenceValueOf } from './reference-value.ts'
import { type Conversion, conversionOf, convert, UCUM } from './units.ts'

export interface ValueContext {
  readonly definitions: Definitions
  readonly parameter: SearchParameter
  /** `exact`, `Patient` ...; undefined: none. Known to be one that the parameter's kind takes. */
  readonly modifier: string | undefined
  readonly references: ReferenceContext
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Said elsewhere than in a prefix of the value. */
  readonly comparator?: Comparator | undefined
  /** The value is a component of a composite: the node is a ComponentNode. */
  readonly component?: true
}

/** A node, or in words what was expected in place of the value. */
export const parseSimpleValue = (text: string, context: ValueContext): Node | string =>
  PARSERS[context.parameter.kind](text, context)

type ValueParser = (text: string, context: ValueContext) => Node | string

const PARSERS: Readonly<Record<SearchParameterType, ValueParser>> = {
  string: parseString,
  token: parseToken,
  reference: parseReference,
  uri: parseUri,
  date: parseDate,
  number: parseNumber,
  quantity: parseQuantity,
  composite: () => EXPECTED_SIMPLE,
  special: () => EXPECTED_SIMPLE,
}

const EXPECTED_SIMPLE = 'the value of a parameter that has no components'
const EXPECTED_TEXT = 'text with at least one letter, digit or sign'

function parseString(text: string, { parameter, modifier }: ValueContext): Node | string {
  const value = unescapeValue(text)
  if (modifier === 'exact') return { kind: 'string', parameter, mode: 'exact', value }
  const normalized = normalizeString(value)
  if (normalized === '') return EXPECTED_TEXT
  return { kind: 'string', parameter, mode: modifier === 'contains' ? 'contains' : 'starts', value: normalized }
}

const EXPECTED_TOKEN = "code, system|code, system| or |code (a '|' inside a code is written '\\|')"

function parseToken(text: string, { definitions, parameter, modifier }: ValueContext): Node | string {
  if (modifier === 'text') return parseTokenText(text, definitions, parameter)
  if (modifier === 'of-type') return parseOfType(text, definitions, parameter)
  if (modifier === 'below') return parseMediaType(text, definitions, parameter)
  return folded(sensible(parseSystemAndCode(text, parameter), parameter), parameter)
}

/** A boolean is true or false; its system is the one of R4 search.html#token, not that of the code system's page. */
function sensible(node: Node | string, { paths }: SearchParameter): Node | string {
  if (typeof node === 'string' || node.kind !== 'token' || node.code === undefined) return node
  if (!paths.every(({ type }) => type === 'boolean')) return node
  if (node.code !== 'true' && node.code !== 'false') return 'true or false'
  return node.system === SPECIAL_VALUES ? { ...node, system: undefined } : node
}

const SPECIAL_VALUES = 'http://hl7.org/fhir/special-values'

/** Elements of type string are kept in lower case, all others as they are. */
function folded(node: Node | string, { paths }: SearchParameter): Node | string {
  if (typeof node === 'string' || node.kind !== 'token' || node.code === undefined) return node
  const lower: Node = { ...node, code: node.code.toLowerCase() }
  if (lower.code === node.code || !paths.some(({ type }) => type === 'string')) return node
  return paths.every(({ type }) => type === 'string') ? lower : { kind: 'or', nodes: [node, lower] }
}

function parseMediaType(text: string, definitions: Definitions, parameter: SearchParameter): Node | string {
  const code = mediaTypeOf(unescapeValue(text))
  if (!code.includes('/')) return 'a media type such as text/xml'
  return onPaths(definitions, parameter, 'media-type', derived => ({
    kind: 'token',
    parameter: derived,
    system: '',
    code,
  }))
}

function parseSystemAndCode(text: string, parameter: ParameterReference): Node | string {
  const [first = '', second, ...more] = splitUnescaped(text, '|')
  if (more.length > 0) return EXPECTED_TOKEN
  if (second === undefined) return { kind: 'token', parameter, system: undefined, code: unescapeValue(first) }
  if (first === '' && second === '') return EXPECTED_TOKEN
  const code = second === '' ? undefined : unescapeValue(second)
  return { kind: 'token', parameter, system: unescapeValue(first), code }
}

/** A string search in what is written beside the codes. R4 search.html#token */
function parseTokenText(text: string, definitions: Definitions, parameter: SearchParameter): Node | string {
  const value = normalizeString(unescapeValue(text))
  if (value === '') return EXPECTED_TEXT
  return onPaths(definitions, parameter, 'text', derived => ({
    kind: 'string',
    parameter: derived,
    mode: 'starts',
    value,
  }))
}

function parseOfType(text: string, definitions: Definitions, parameter: SearchParameter): Node | string {
  const [system = '', code = '', value = '', ...more] = splitUnescaped(text, '|').map(unescapeValue)
  if (code === '' || value === '' || more.length > 0) {
    return 'system|code|value: the system and code of a type of identifiers, and the value of one'
  }
  return onPaths(definitions, parameter, 'of-type', derived => ({
    kind: 'token',
    parameter: derived,
    system: typeSystem(system, code),
    code: value,
  }))
}

/** One of the paths has it. At least one path has values of this kind. */
function onPaths(
  definitions: Definitions,
  { resourceType, kind, paths }: SearchParameter,
  derivation: Derivation,
  nodeOf: (parameter: ParameterReference) => Node,
): Node {
  const nodes = paths
    .filter(path => derivationsOf(kind, path).includes(derivation))
    .map(path => nodeOf(derivedParameter(definitions, resourceType, path, derivation)))
  return anyOf(nodes)
}

const EXPECTED_REFERENCE = 'an id, Type/id or an absolute URL'
const CANONICAL_TYPES: ReadonlySet<string> = new Set(['canonical', 'uri', 'url'])
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:./

function parseReference(text: string, context: ValueContext): Node | string {
  const { definitions, parameter, modifier, references } = context
  if (modifier === 'identifier') return parseReferencedIdentifier(text, definitions, parameter)
  if (modifier === 'below') return parseCanonicalBelow(text, context)
  const value = unescapeValue(text)
  if (isLogicalId(value)) {
    const only = parameter.targets?.length === 1 ? parameter.targets[0] : undefined
    return { kind: 'reference', parameter, type: modifier ?? only, id: value, url: undefined, version: undefined }
  }
  const canonical = parameter.paths.some(path => CANONICAL_TYPES.has(path.type))
  const found = canonical ? canonicalValueOf(value, references) : referenceValueOf(value, references)
  if (!found) return expectedReference(value, definitions)
  if (found.url !== undefined) {
    if (!ABSOLUTE.test(found.url)) return expectedReference(value, definitions)
    if (modifier !== undefined) return `an id or ${modifier}/id, as the modifier says`
  } else if (modifier !== undefined && found.type !== modifier) {
    return `a reference to ${modifier}, as the modifier says`
  }
  const { type, id, url, version } = found
  return { kind: 'reference', parameter, type, id, url, version }
}

function expectedReference(value: string, { resourceTypes }: Definitions): string {
  const type = TYPE_AND_ID.exec(value)?.[1]
  if (type === undefined || resourceTypes.includes(type)) return EXPECTED_REFERENCE
  return `${EXPECTED_REFERENCE}, and '${type}' is no resource type${nearHint(type, resourceTypes)}`
}

const TYPE_AND_ID = /^([A-Za-z]{1,64})\/[^/]+$/

/** `url|1` finds `url|1` and `url|1.2`; `url` finds every version. R4 search.html#versions */
function parseCanonicalBelow(text: string, context: ValueContext): Node | string {
  const node = parseReference(text, { ...context, modifier: undefined })
  if (typeof node === 'string' || node.kind !== 'reference' || node.version === undefined) return node
  const value = unescapeValue(text)
  const bar = value.lastIndexOf('|')
  return onPaths(context.definitions, context.parameter, 'versions', derived => ({
    kind: 'token',
    parameter: derived,
    system: value.slice(0, bar),
    code: value.slice(bar + 1),
  }))
}

/** What the reference says of its target's identifier: nothing is looked up. R4 search.html#reference */
function parseReferencedIdentifier(text: string, definitions: Definitions, parameter: SearchParameter): Node | string {
  const node = parseSystemAndCode(text, parameter)
  if (typeof node === 'string' || node.kind !== 'token') return node
  return onPaths(definitions, parameter, 'identifier', derived => ({ ...node, parameter: derived }))
}

function parseUri(text: string, context: ValueContext): Node {
  const { parameter, modifier, references } = context
  const value = unescapeValue(text)
  if (modifier === 'below' || modifier === 'above') return { kind: 'uri', parameter, mode: modifier, value }
  const written: Node = { kind: 'uri', parameter, mode: 'exact', value }
  const { basePrefix } = references
  // R4 search.html#profile: `_profile=StructureDefinition/x` is one of this server's own.
  if (basePrefix !== undefined && !ABSOLUTE.test(value) && parameter.paths.some(({ type }) => type === 'canonical')) {
    return anyOf([written, { ...written, value: basePrefix + value }])
  }
  const versioned = parseOwnVersion(text, context)
  return versioned ? anyOf([written, versioned]) : written
}

/** `url=http://a.org/vs|2`: the version that the resource says it has. R4 search.html#uri */
function parseOwnVersion(text: string, { definitions, parameter }: ValueContext): Node | undefined {
  const pieces = splitUnescaped(text, '|')
  const code = unescapeValue(pieces.pop() ?? '')
  if (pieces.length === 0 || code === '' || parameter.code !== 'url') return undefined
  const version = definitions.searchParameters(parameter.resourceType).get('version')
  if (version?.kind !== 'token') return undefined
  const ofVersion = folded({ kind: 'token', parameter: version, system: undefined, code }, version)
  const url: Node = { kind: 'uri', parameter, mode: 'exact', value: unescapeValue(pieces.join('|')) }
  return typeof ofVersion === 'string' ? undefined : { kind: 'and', nodes: [url, ofVersion] }
}

const PREFIX = /^(?:eq|ne|gt|lt|ge|le|sa|eb|ap)/

function splitPrefix(text: string, { comparator }: ValueContext): [comparator: Comparator, rest: string] {
  if (comparator) return [comparator, text]
  const prefix = PREFIX.exec(text)?.[0] as Comparator | undefined
  return prefix === undefined ? ['eq', text] : [prefix, text.slice(2)]
}

const PREFIXES = 'optionally behind one of eq ne gt lt ge le sa eb ap'
const expectedBehind = (expected: string, what: string, { comparator }: ValueContext): string =>
  comparator ? expected : `${expected}, ${what}${PREFIXES}`

const EXPECTED_DATE = 'yyyy, yyyy-mm, yyyy-mm-dd or yyyy-mm-ddThh:mm[:ss[.sss]][Z|+hh:mm|-hh:mm]'
/** What looks like one, and is none: month 13, 30 February. */
const DATE_FORM = /^\d{4}-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?$/
const EXPECTED_CALENDAR = 'a month, day, time and time zone that there are, as'
/** A '+' that was not escaped in the URL arrives as a space. */
const LOST_PLUS = / (?=\d\d:\d\d$)/

function parseDate(text: string, context: ValueContext): Node | string {
  const { parameter, now } = context
  const [comparator, rest] = splitPrefix(text, context)
  const given = rest.replace(LOST_PLUS, '+')
  const range = parseDateRange(given)
  if (!range) {
    const expected = DATE_FORM.test(given) ? `${EXPECTED_CALENDAR} ${EXPECTED_DATE}` : EXPECTED_DATE
    return expectedBehind(expected, '', context)
  }
  const { low, high } = range
  if (comparator !== 'ap') return { kind: 'date', parameter, comparator, low, high }
  // R4 search.html#prefix recommends a tenth of the gap between now and the date.
  const gap = Math.ceil(Math.abs(now - (low + high) / 2) / 10)
  const widened = { low: Math.max(DATE_MIN, low - gap), high: Math.min(DATE_MAX, high + gap) }
  return { kind: 'date', parameter, comparator, ...widened }
}

const EXPECTED_NUMBER = 'a number such as 100, 5.40 or 1e-3'

interface Comparison {
  readonly comparator: Comparator
  readonly value: number
  readonly low: number
  readonly high: number
}

function parseComparison(text: string, context: ValueContext): Comparison | undefined {
  const [comparator, rest] = splitPrefix(text, context)
  const range = parseNumberRange(rest)
  if (!range) return undefined
  if (comparator !== 'ap') return { comparator, ...range }
  // R4 search.html#prefix recommends a tenth of the value; never less than what its precision implies.
  const tenth = Math.abs(range.value) / 10
  const low = Math.min(range.low, range.value - tenth)
  return { comparator, value: range.value, low, high: Math.max(range.high, range.value + tenth) }
}

function parseNumber(text: string, context: ValueContext): Node | string {
  const { parameter } = context
  const comparison = parseComparison(unescapeValue(text), context)
  return comparison ? { kind: 'number', parameter, ...comparison } : expectedBehind(EXPECTED_NUMBER, '', context)
}

const EXPECTED_QUANTITY = 'number, number|system|code or number||code'

function parseQuantity(text: string, context: ValueContext): Node | string {
  const { definitions, parameter, component } = context
  const pieces = splitUnescaped(text, '|')
  const [amount = '', system = '', code = ''] = pieces.map(unescapeValue)
  const comparison = pieces.length === 1 || pieces.length === 3 ? parseComparison(amount, context) : undefined
  if (!comparison) return expectedBehind(EXPECTED_QUANTITY, 'the number ', context)
  const conversion = system === UCUM ? conversionOf(code) : undefined
  const converted = conversion && convertComparison(comparison, conversion)
  const isCanonical = parameter.paths.some(path => derivationsOf('quantity', path).length > 0)
  if (!conversion || !converted || !isCanonical) {
    return { kind: 'quantity', parameter, ...comparison, system: system || undefined, code: code || undefined }
  }
  const unit = { system: CANONICAL_UNITS, code: conversion.unit }
  if (component) return { kind: 'quantity', parameter, ...converted, ...unit }
  return onPaths(definitions, parameter, 'canonical', derived => ({
    kind: 'quantity',
    parameter: derived,
    ...converted,
    ...unit,
  }))
}

/** undefined: beyond what a double holds. */
function convertComparison({ comparator, ...ends }: Comparison, conversion: Conversion): Comparison | undefined {
  const value = convert(ends.value, conversion)
  const low = convert(ends.low, conversion)
  const high = convert(ends.high, conversion)
  return value === undefined || low === undefined || high === undefined ? undefined : { comparator, value, low, high }
}
