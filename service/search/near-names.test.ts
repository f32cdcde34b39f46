import { expect, test } from 'vitest'
import { nearHint, nearNames } from './near-names.ts'

const NAMES = ['name', 'given', 'family', 'birthdate', 'address', 'address-city', '_id', 'general-practitioner']

test.each([
  ['nmae', ['name']],
  ['Name', ['name']],
  ['birthDate', ['birthdate']],
  ['addres', ['address', 'address-city']],
  ['gen', ['general-practitioner']],
  ['id', ['_id']],
  ['xyz', []],
])('%s is near %j', (text, near) => {
  expect(nearNames(text, NAMES)).toEqual(near)
})

test('the hint names them, or is empty', () => {
  expect([nearHint('addres', NAMES), nearHint('xyz', NAMES)]).toEqual([" (near: 'address', 'address-city')", ''])
})

test('nothing is near a name that is far too long', () => {
  expect(nearNames('name'.repeat(1000), NAMES)).toEqual([])
})
