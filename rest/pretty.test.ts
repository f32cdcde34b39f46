import fc from 'fast-check'
import { expect, test } from 'vitest'
import { prettyJson } from './pretty.ts'

test('writes what JSON.stringify writes with two spaces', () => {
  fc.assert(
    fc.property(fc.json(), text => {
      const value: unknown = JSON.parse(text)
      expect(prettyJson(JSON.stringify(value))).toBe(`${JSON.stringify(value, undefined, 2)}\n`)
    }),
  )
})

test('takes text that is broken into lines already', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom('\t', '   ', '\r\n'), (text, space) => {
      const value: unknown = JSON.parse(text)
      expect(prettyJson(JSON.stringify(value, undefined, space))).toBe(`${JSON.stringify(value, undefined, 2)}\n`)
    }),
  )
})

test('keeps decimals as they were written', () => {
  expect(prettyJson('{"value":120.50,"exponent":1e3,"of":[0.10,-0.0]}')).toBe(
    '{\n  "value": 120.50,\n  "exponent": 1e3,\n  "of": [\n    0.10,\n    -0.0\n  ]\n}\n',
  )
})
