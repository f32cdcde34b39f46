import { expect, it } from 'vitest'
import { nearestName } from './nearest-name.ts'

const NAMES = ['birthDate', 'active', 'name', 'telecom', 'gender', 'id']

it.each([
  ['birthdate', 'birthDate'],
  ['birth_date', 'birthDate'],
  ['nme', 'name'],
  ['names', 'name'],
  ['telcom', 'telecom'],
  ['GENDER', 'gender'],
  ['foo', undefined],
  ['x', undefined],
  ['', undefined],
  ['birthDate'.repeat(20), undefined],
])('nearestName(%j) is %j', (wrong, nearest) => {
  expect(nearestName(wrong, NAMES)).toBe(nearest)
})
