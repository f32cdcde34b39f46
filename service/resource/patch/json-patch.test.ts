/** RFC 6902 over exact numbers. What clients see of it is in test/conformance/patch.test.ts. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { faultOf } from '#test/support/test-world.ts'
import type { JsonObject, JsonValue } from '../content.ts'
import { parseJson, stringifyJson } from '../json.ts'
import { applyJsonPatch } from './json-patch.ts'
import { equalJson } from './json-values.ts'
import { applyMergePatch } from './merge-patch.ts'

const apply = (document: string, patch: string): string =>
  stringifyJson(applyJsonPatch(parseJson(document) as JsonObject, parseJson(patch)))

describe('operations', () => {
  test.each([
    ['{"a":{"b":1}}', '[{"op":"add","path":"/a/c","value":1.50}]', '{"a":{"b":1,"c":1.50}}'],
    ['{"a":[1,2]}', '[{"op":"add","path":"/a/1","value":9}]', '{"a":[1,9,2]}'],
    ['{"a":[1,2]}', '[{"op":"add","path":"/a/-","value":9}]', '{"a":[1,2,9]}'],
    ['{"a":1}', '[{"op":"add","path":"/a","value":[1e3]}]', '{"a":[1e3]}'],
    ['{"a/b":1,"m~n":2}', '[{"op":"remove","path":"/a~1b"},{"op":"replace","path":"/m~0n","value":3}]', '{"m~n":3}'],
    ['{"a":{"b":[1]}}', '[{"op":"move","from":"/a/b/0","path":"/c"}]', '{"a":{"b":[]},"c":1}'],
    ['{"a":[1,2,3]}', '[{"op":"move","from":"/a/0","path":"/a/2"}]', '{"a":[2,3,1]}'],
    [
      '{"a":{"b":2.0}}',
      '[{"op":"copy","from":"/a","path":"/c"},{"op":"remove","path":"/c/b"}]',
      '{"a":{"b":2.0},"c":{}}',
    ],
    ['{"a":1.50}', '[{"op":"test","path":"/a","value":1.5}]', '{"a":1.50}'],
    ['{"a":[{"x":1,"y":2}]}', '[{"op":"test","path":"/a","value":[{"y":2.0,"x":1}]}]', '{"a":[{"x":1,"y":2}]}'],
    ['{"a":1}', '[{"op":"replace","path":"","value":{"b":2}}]', '{"b":2}'],
    ['{"":{"":1}}', '[{"op":"remove","path":"//"}]', '{"":{}}'],
  ])('%s with %s', (document, patch, expected) => {
    expect(apply(document, patch)).toBe(expected)
  })

  test.each([
    ['{"a":[1]}', '[{"op":"add","path":"/a/01","value":1}]'],
    ['{"a":[1]}', '[{"op":"remove","path":"/a/-"}]'],
    ['{"a":{}}', '[{"op":"move","from":"/a","path":"/a/b"}]'],
    ['{"a":1.5}', '[{"op":"test","path":"/a","value":1.51}]'],
    ['{"a":9007199254740993}', '[{"op":"test","path":"/a","value":9007199254740992}]'],
    ['{}', '[{"op":"add","path":"/__proto__","value":1}]'],
    ['{}', '[{"op":"remove","path":"/toString"}]'],
  ])('%s with %s can not be done', async (document, patch) => {
    expect(await faultOf(Promise.resolve().then(() => apply(document, patch)))).toMatchObject({
      category: 'unprocessable',
    })
  })
})

const json = fc.jsonValue({ maxDepth: 4 }).filter(value => !JSON.stringify(value).includes('__proto__'))
const object = fc.dictionary(fc.string({ maxLength: 4 }), json, { maxKeys: 4 }).filter(value => !('__proto__' in value))

test('a patch leaves its document as it was', () => {
  fc.assert(
    fc.property(object, json, (document, value) => {
      const before = JSON.stringify(document)
      applyJsonPatch(document as JsonObject, [{ op: 'add', path: '/x', value: value as JsonValue }])
      applyMergePatch(document as JsonObject, { x: value as JsonValue })
      expect(JSON.stringify(document)).toBe(before)
    }),
  )
})

test('remove undoes add', () => {
  fc.assert(
    fc.property(object, json, (document, value) => {
      const { x: _x, ...rest } = document as Record<string, unknown>
      const patch: JsonValue = [
        { op: 'add', path: '/x', value: value as JsonValue },
        { op: 'remove', path: '/x' },
      ]
      expect(applyJsonPatch(rest as JsonObject, patch)).toEqual(rest)
    }),
  )
})

test('a number is equal to the same number however it is written, and to no other', () => {
  const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat({ max: 5 }))
  const textOf = (digits: bigint, places: number, zeros: number): string => {
    const sign = digits < 0n ? '-' : ''
    const padded = String(digits < 0n ? -digits : digits).padStart(places + 1, '0')
    const whole = padded.slice(0, padded.length - places)
    return `${sign}${whole}${places + zeros > 0 ? `.${padded.slice(padded.length - places)}${'0'.repeat(zeros)}` : ''}`
  }
  fc.assert(
    fc.property(decimal, fc.nat({ max: 4 }), ([digits, places], zeros) => {
      const plain = parseJson(textOf(digits, places, 0))
      expect(equalJson(plain, parseJson(textOf(digits, places, zeros)))).toBe(true)
      expect(equalJson(plain, parseJson(`${digits}e-${places}`))).toBe(true)
      expect(equalJson(plain, parseJson(textOf(digits + 1n, places, zeros)))).toBe(false)
    }),
  )
})

describe('what a short patch may make much of is bounded', () => {
  const refusalOf = (document: JsonObject, patch: JsonValue) =>
    faultOf(Promise.resolve().then(() => applyJsonPatch(document, patch)))

  test('texts that are copied', async () => {
    const copies = Array.from({ length: 11 }, () => ({ op: 'copy', from: '/text', path: '/all/-' }))
    expect(await refusalOf({ text: 'x'.repeat(1_000_000), all: [] }, copies)).toMatchObject({
      issues: [
        {
          code: 'too-costly',
          diagnostics: 'Operation 10 of the patch (copy /all/-): a patch may copy texts of 10000000 characters in all',
        },
      ],
    })
  })

  test('elements that are pushed aside', async () => {
    const removals = Array.from({ length: 5_100 }, () => ({ op: 'remove', path: '/all/0' }))
    expect(await refusalOf({ all: new Array<number>(200_000).fill(1) }, removals)).toMatchObject({
      issues: [{ code: 'too-costly' }],
    })
  })
})

test('a value with a member __proto__ keeps it as a member, and nothing comes of it', () => {
  const patched = applyJsonPatch(
    {},
    parseJson('[{"op":"add","path":"/a","value":{"__proto__":{"b":1}}}]'),
  ) as JsonObject
  expect([stringifyJson(patched), (patched.a as JsonObject).b]).toEqual(['{"a":{"__proto__":{"b":1}}}', undefined])
  const merged = applyMergePatch({}, parseJson('{"a":[{"__proto__":{"b":1}}]}'))
  expect([stringifyJson(merged), ((merged.a as JsonValue[])[0] as JsonObject).b]).toEqual([
    '{"a":[{"__proto__":{"b":1}}]}',
    undefined,
  ])
})
