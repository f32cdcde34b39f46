/** Nodes on one parameter, made from a value that occurs: they hit it, or just miss it. */
import fc from 'fast-check'
import type { Comparator, ComponentNode, Node, ParameterReference, StringNode } from '#service/search/ast.ts'
import {
  type CompositeValue,
  DATE_MAX,
  DATE_MIN,
  type DateValue,
  type IndexValue,
  NUMBER_MAX,
  NUMBER_MIN,
  type NumberValue,
  type PositionValue,
  type QuantityValue,
  type ReferenceValue,
  type StringValue,
  type TokenValue,
  type UriValue,
} from '#service/search/document.ts'
import { normalizeString } from '#service/search/normalize.ts'

const comparator = fc.constantFrom<Comparator>('eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap')

export const arbitraryValueNode = (parameter: ParameterReference, value: IndexValue): fc.Arbitrary<Node> =>
  parameter.derived
    ? plainNode(parameter, value).map(startOf)
    : fc
        .tuple(plainNode(parameter, value), fc.integer({ min: 0, max: 3 }))
        .map(([node, chance]) => (chance === 0 ? differing(node) : node))

/** What is asked of values that a modifier asks for. */
const startOf = (node: Node): Node =>
  node.kind === 'string' ? { ...node, mode: 'starts', value: normalizeString(node.value) } : node

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
    case 'composite':
      return compositeNode(parameter, value)
    case 'position':
      return nearNode(parameter, value)
  }
}

/** Each component is satisfied by what is asked of one of its values, or just not. */
function compositeNode(parameter: ParameterReference, { components }: CompositeValue): fc.Arbitrary<Node> {
  const nodes = components.map((values, index) =>
    values.length === 0
      ? fc.constant(undefined)
      : fc
          .constantFrom(...values)
          .chain(value => plainNode({ ...parameter, kind: 'special', url: `${parameter.url}.${index}` }, value))
          .filter(isComponent),
  )
  return fc.tuple(...nodes).map(each => ({ kind: 'composite', parameter, components: each }))
}

const isComponent = (node: Node): node is ComponentNode =>
  COMPONENT_KINDS.has(node.kind) && (node.kind !== 'string' || node.mode === 'starts')

const COMPONENT_KINDS = new Set(['token', 'string', 'reference', 'uri', 'date', 'number', 'quantity'])

/** Not within a few metres of the searched distance: engines round positions. */
function nearNode(parameter: ParameterReference, { latitude, longitude }: PositionValue): fc.Arbitrary<Node> {
  return fc
    .tuple(fc.constantFrom(0, 0.5, -0.5, 3), fc.constantFrom(0, 0.5, -2), fc.constantFrom(1_000, 50_000, 250_000))
    .map(([north, east, distance]) => ({
      kind: 'near',
      parameter,
      latitude: Math.max(-90, Math.min(90, latitude + north)),
      longitude: ((longitude + east + 540) % 360) - 180,
      distanceMeters: distance,
    }))
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
  const single = pair.map(
    ([itsSystem, itsCode]): Node => ({ kind: 'token', parameter, system: itsSystem, code: itsCode }),
  )
  const others = fc.array(fc.constantFrom({ system, code }, { system: '', code: 'a' }, { system, code: 'b' }), {
    maxLength: 3,
  })
  const many = fc.tuple(others, fc.nat(30)).map(
    ([some, count]): Node => ({
      kind: 'tokens',
      parameter,
      tokens: [...some, ...Array.from({ length: count }, (_, index) => ({ system, code: `c${index}` }))],
    }),
  )
  return fc.oneof({ weight: 4, arbitrary: single }, { weight: 1, arbitrary: many })
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
