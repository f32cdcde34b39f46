import fc from 'fast-check'
import { expect, test } from 'vitest'
import { testSealer as sealer } from '#test/support/memory-ports.ts'
import { type Tenant, tenantOf } from '../call.ts'
import { Fault } from '../fault.ts'
import type { Parameters } from '../fhir-service.ts'
import { decodeCursor, encodeCursor, withCursor } from './page.ts'

const TENANT = tenantOf('one')
const SEARCH: Parameters = [
  ['name', 'ann'],
  ['_count', '10'],
]

const PLACE = { after: ['a', 1], backwards: false }

const position = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(number => number + 0),
    fc.constant(null),
  ),
)
const parameters = fc.array(fc.tuple(fc.string(), fc.string()))

function refusalOf(decode: () => unknown): unknown {
  try {
    return decode()
  } catch (error) {
    if (!Fault.is(error)) throw error
    return [error.category, error.issues.map(({ code, expression }) => [code, expression])]
  }
}

const REFUSED = ['invalid', [['value', ['_cursor']]]]

test('a position comes back for the same search, whatever the page size', () => {
  fc.assert(
    fc.property(position, fc.boolean(), parameters, (after, backwards, search) => {
      const cursor = encodeCursor(sealer, TENANT, { after, backwards }, search)
      expect(cursor).toMatch(/^[\w.-]+$/)
      const later: Parameters = [...search, ['_cursor', cursor], ['_count', '3']]
      expect(decodeCursor(sealer, TENANT, cursor, later)).toEqual({
        after: JSON.parse(JSON.stringify(after)),
        backwards,
      })
    }),
  )
})

test('a changed cursor is refused', () => {
  const cursor = encodeCursor(sealer, TENANT, PLACE, SEARCH)
  fc.assert(
    fc.property(fc.nat(cursor.length - 1), fc.constantFrom('A', 'b', '_', '.', ''), (index, replacement) => {
      const changed = cursor.slice(0, index) + replacement + cursor.slice(index + 1)
      fc.pre(changed !== cursor)
      expect(refusalOf(() => decodeCursor(sealer, TENANT, changed, SEARCH))).toEqual(REFUSED)
    }),
  )
})

test.each<[string, Tenant, Parameters]>([
  ['another tenant', tenantOf('two'), SEARCH],
  ['another value', TENANT, [['name', 'bob']]],
  ['another parameter', TENANT, [...SEARCH, ['gender', 'male']]],
  ['no parameter', TENANT, []],
])('a cursor is refused for %s', (_, tenant, search) => {
  const cursor = encodeCursor(sealer, TENANT, PLACE, SEARCH)
  expect(refusalOf(() => decodeCursor(sealer, tenant, cursor, search))).toEqual(REFUSED)
})

test('a link is good until it ends', () => {
  const cursor = encodeCursor(sealer, TENANT, PLACE, SEARCH, 1000)
  expect(decodeCursor(sealer, TENANT, cursor, SEARCH, 1000)).toEqual(PLACE)
  expect(refusalOf(() => decodeCursor(sealer, TENANT, cursor, SEARCH, 1001))).toEqual([
    'gone',
    [['deleted', ['_cursor']]],
  ])
})

test('any text for a cursor is refused', () => {
  fc.assert(
    fc.property(fc.string(), text => {
      expect(refusalOf(() => decodeCursor(sealer, TENANT, text, SEARCH))).toEqual(REFUSED)
    }),
  )
})

test('links replace the cursor', () => {
  const before: Parameters = [['_cursor', 'old'], ...SEARCH]
  expect(withCursor(before, 'new')).toEqual([...SEARCH, ['_cursor', 'new']])
  expect(withCursor(before, undefined)).toEqual(SEARCH)
})

test('what else has been sealed for clients is no cursor', () => {
  const reference = sealer.seal(TENANT, JSON.stringify({ upload: 'passing/uploads/1', owner: 'o', until: 1 }))
  expect(refusalOf(() => decodeCursor(sealer, TENANT, reference, SEARCH))).toEqual(REFUSED)
})
