/** Location's `near=latitude|longitude|distance|units`. R4 location.html#positional */
import type { Node } from './ast.ts'
import { splitUnescaped, unescapeValue } from './escapes.ts'
import type { ValueContext } from './parse-simple-value.ts'
import { conversionOf, convert } from './units.ts'

const EXPECTED_NEAR =
  'latitude|longitude, latitude|longitude|distance or latitude|longitude|distance|units, with a latitude from -90 to ' +
  '90, a longitude from -180 to 180, a distance above 0, and a UCUM unit of length (km where none is given)'

const DECIMAL = /^[+-]?\d{1,20}(?:\.\d{1,20})?$/

/** Where none is given the server decides what is near. */
const DISTANCE_DEFAULT_M = 50_000

/** Engines take no distance of 0, and beyond half the way around Earth nothing lies. */
const DISTANCE_MIN_M = 0.001
const DISTANCE_MAX_M = 20_100_000

/** As R4 and its users write them. */
const UNIT_NAMES: Readonly<Record<string, string>> = { mi: '[mi_i]', mi_us: '[mi_us]', '': 'km' }

export function parseNear(text: string, { parameter }: ValueContext): Node | string {
  const pieces = splitUnescaped(text, '|').map(unescapeValue)
  const [latitudeText = '', longitudeText = '', distanceText = '', units = ''] = pieces
  const latitude = decimal(latitudeText)
  const longitude = decimal(longitudeText)
  const distanceMeters = distanceText === '' ? DISTANCE_DEFAULT_M : meters(distanceText, units)
  if (pieces.length > 4 || latitude === undefined || longitude === undefined) return EXPECTED_NEAR
  if (distanceMeters === undefined || Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return EXPECTED_NEAR
  return { kind: 'near', parameter, latitude, longitude, distanceMeters }
}

const decimal = (text: string): number | undefined => (DECIMAL.test(text) ? Number(text) + 0 : undefined)

function meters(text: string, units: string): number | undefined {
  const distance = decimal(text)
  const conversion = conversionOf(UNIT_NAMES[units] ?? units)
  if (distance === undefined || distance <= 0 || conversion?.unit !== 'm') return undefined
  const converted = convert(distance, conversion)
  return converted === undefined ? undefined : Math.min(DISTANCE_MAX_M, Math.max(DISTANCE_MIN_M, converted))
}
