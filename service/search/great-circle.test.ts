import { expect, test } from 'vitest'
import { distanceMeters } from './great-circle.ts'

const at = (latitude: number, longitude: number) => ({ latitude, longitude })

test.each([
  ['nowhere', at(52, 13), at(52, 13), 0],
  ['a degree of latitude', at(0, 0), at(1, 0), 111_195],
  ['a degree of longitude in the north', at(60, 0), at(60, 1), 55_597],
  ['across the date line', at(0, 179.5), at(0, -179.5), 111_195],
  ['from pole to pole', at(90, 0), at(-90, 77), 20_015_114],
])('%s', (_where, from, to, meters) => {
  expect(Math.round(distanceMeters(from, to))).toBe(meters)
})
