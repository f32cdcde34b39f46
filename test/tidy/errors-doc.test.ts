/** docs/implementation/errors.md lists every category and every code that a client can meet. */
import { expect, test } from 'vitest'
import { FAULT_CATEGORIES } from '#service/fault.ts'
import { readText } from './sources.ts'

const documented = new Set(
  [...readText('docs/implementation/errors.md').matchAll(/`([a-z-]+)`/g)].map(([, name]) => name),
)

test('every fault category is documented', () => {
  expect(FAULT_CATEGORIES.filter(category => !documented.has(category))).toEqual([])
})

test('every issue code is documented', () => {
  const [, union = ''] = /export type IssueCode =((?:\s*\| '[a-z-]+')+)/.exec(readText('service/fault.ts')) ?? []
  const codes = [...union.matchAll(/'([a-z-]+)'/g)].map(([, code]) => code)
  expect(codes.length).toBeGreaterThan(20)
  expect(codes.filter(code => !documented.has(code))).toEqual([])
})
