/** Nodes on one parameter, made from a value that occurs: they hit it, or just miss it. */
import fc from 'fast-check'
import type { Comparator, Node, ParameterReference, StringNode } from '#service/search/ast.ts'
import {
  DATE_MAX,
  DATE_MIN,
  type DateValue,
  type IndexValue,
  NUMBER_MAX,
  NUMBER_MIN,
  type NumberValue,
  type QuantityValue,
  type ReferenceValue,
  type StringValue,
  type TokenValue,
  type UriValue,
} from '#service/search/document.ts'
import { normalizeString } from '#service/search/normalize.ts'

const comparator = fc.constantFrom<Comparator>('eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap')

export const arbitraryValueNode = (parameter: ParameterReference, value: IndexValue): fc.Arbitrary<Node> =>
  fc
    .tuple(plainNode(parameter, value), fc.integer({ min: 0, max: 3 }))
    .map(([node, chance]) => (chance === 0 ? differing(node) : node))

/** Where the node is one that values can differ from. */
function differing(node: Node): Node {
  switch (node.kind) {
    case 'token':
      return { kind: 'differs', node }
    case 'string':
      return { kind: 'differs', node: { ...node, mode: 'equals', value: normalizeString(node.value) } }
    case 'uri':
      return { kind: 'differs', node: { ...node, mode: 'exact' } }
    case 'reference':
      return { kind: 'differs', node: { ...node, version: undefined } }
    default:
      return node
  }
}

function plainNode(parameter: ParameterReference, value: IndexValue): fc.Arbitrary<Node> {
  switch (value.kind) {
    case 'token':
      return tokenNode(parameter, value)
    case 'string':
      return stringNode(parameter, value)
    case 'reference':
      return referenceNode(parameter, value)
    case 'uri':
      return uriNode(parameter, value)
    case 'date':
      return dateNode(parameter, value)
    case 'number':
      return numberRange(value).map(range => ({ kind: 'number', parameter, ...range }))
    case 'quantity':
      return quantityNode(parameter, value)
  }
}

function tokenNode(parameter: ParameterReference, { system, code }: TokenValue): fc.Arbitrary<Node> {
  const pair = fc.constantFrom<[system: string | undefined, code: string | undefined]>(
    [system, code],
    [undefined, code],
    [system, undefined],
    ['', code],
    ['http://nowhere', code],
    [system, `${code}x`],
  )
  return pair.map(([itsSystem, itsCode]) => ({ kind: 'token', parameter, system: itsSystem, code: itsCode }))
}

function stringNode(parameter: ParameterReference, { value, normalized }: StringValue): fc.Arbitrary<Node> {
  const characters = [...normalized]
  const part = fc
    .tuple(fc.nat(characters.length), fc.nat(characters.length))
    .map(([from, to]) => normalizeString(characters.slice(Math.min(from, to), Math.max(from, to)).join('')))
    .filter(text => text !== '')
  const text = fc.oneof(part, fc.constantFrom(normalizeString(value), characters[0] ?? '%', '_', '%', '"', 'zz'))
  const mode = fc.constantFrom('starts', 'contains', 'equals', 'ends')
  return fc.oneof(
    { weight: 4, arbitrary: fc.tuple(mode, text).map(([its, sought]) => stringNodeOf(parameter, its, sought)) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(value, normalized, `${value} `)
        .map(sought => stringNodeOf(parameter, 'exact', sought)),
    },
  )
}

const stringNodeOf = (parameter: ParameterReference, mode: StringNode['mode'], value: string): StringNode => ({
  kind: 'string',
  parameter,
  mode,
  value,
})

function referenceNode(parameter: ParameterReference, found: ReferenceValue): fc.Arbitrary<Node> {
  const { type, id, url } = found
  return fc
    .tuple(fc.constantFrom(type, type, undefined, 'Group'), fc.constantFrom(id, id, 'none'), versionOf(found))
    .map(([itsType, itsId, version]) => ({
      kind: 'reference',
      parameter,
      type: url === undefined ? itsType : undefined,
      id: url === undefined ? (itsId ?? 'none') : undefined,
      url,
      version,
    }))
}

const versionOf = ({ version }: ReferenceValue) => fc.constantFrom(undefined, undefined, version, '2')

function uriNode(parameter: ParameterReference, { value }: UriValue): fc.Arbitrary<Node> {
  const slash = value.lastIndexOf('/')
  const text = fc.constantFrom(
    value,
    value,
    value.slice(0, slash),
    value.slice(0, slash + 1),
    `${value}/more`,
    `${value}x`,
  )
  return fc
    .tuple(fc.constantFrom('exact', 'below', 'above'), text)
    .map(([mode, sought]) => ({ kind: 'uri', parameter, mode, value: sought || value }))
}

const DAY_MS = 86_400_000

function dateNode(parameter: ParameterReference, found: DateValue): fc.Arbitrary<Node> {
  const ends = [found.low, found.high].filter(end => end !== DATE_MIN && end !== DATE_MAX)
  const width = fc.constantFrom(1, 1000, 60_000, DAY_MS, 31 * DAY_MS, 366 * DAY_MS)
  const shift = fc.constantFrom(0, 0, 0, 1, -1, DAY_MS, -DAY_MS)
  const near = fc
    .tuple(fc.constantFrom(...ends), width, shift, fc.boolean())
    .map(([end, its, by, before]) => (before ? [end + by - its, end + by] : [end + by, end + by + its]))
  return fc
    .tuple(comparator, fc.oneof(near, fc.constant([found.low, found.high])))
    .map(([its, [low = 0, high = 1]]) => ({ kind: 'date', parameter, comparator: its, low, high }))
}

function numberRange({ low, high }: NumberValue | QuantityValue) {
  const ends = [low, high].filter(end => end !== NUMBER_MIN && end !== NUMBER_MAX)
  return fc
    .tuple(comparator, fc.constantFrom(...ends, 0), fc.constantFrom(0, 0, 0.5, -0.5, 1), fc.constantFrom(0.5, 0.05, 5))
    .map(([its, end, by, half]) => {
      const value = end + by
      return { comparator: its, value, low: value - half, high: value + half }
    })
}

function quantityNode(parameter: ParameterReference, found: QuantityValue): fc.Arbitrary<Node> {
  const unit = fc.constantFrom<[system: string | undefined, code: string | undefined]>(
    [undefined, undefined],
    [found.system || undefined, found.code || undefined],
    [undefined, found.code || undefined],
    [undefined, found.unit || undefined],
    [found.system || undefined, undefined],
    ['http://nowhere', 'mg'],
    [undefined, 'mg'],
  )
  return fc
    .tuple(numberRange(found), unit)
    .map(([range, [system, code]]) => ({ kind: 'quantity', parameter, ...range, system, code }))
}
