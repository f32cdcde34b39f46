import type { IndexValue } from './document.ts'

const PAIRWISE_MAX = 8

/** The same values without repetitions, in the order of their first occurrence; the array itself where all differ. */
export function distinctValues(values: readonly IndexValue[]): readonly IndexValue[] {
  if (values.length === 1) return values
  if (values.length > PAIRWISE_MAX) return distinctAmongMany(values)
  for (let index = 1; index < values.length; index++) {
    if (hasEqualBefore(values, index)) return values.filter((_, position) => !hasEqualBefore(values, position))
  }
  return values
}

/** Long lists (the codes of a CodeSystem, the targets of a Provenance) must not cost their square. */
function distinctAmongMany(values: readonly IndexValue[]): readonly IndexValue[] {
  const seen = new Map<string | number | undefined, IndexValue[]>()
  const distinct = values.filter(value => {
    const key = leadOf(value)
    const alike = seen.get(key)
    if (alike === undefined) seen.set(key, [value])
    else if (alike.some(other => sameValue(value, other))) return false
    else alike.push(value)
    return true
  })
  return distinct.length === values.length ? values : distinct
}

/** The part of a value that tells most from others. */
function leadOf(value: IndexValue): string | number | undefined {
  switch (value.kind) {
    case 'token':
      return value.code
    case 'string':
    case 'uri':
      return value.value
    case 'reference':
      return value.id ?? value.url
    case 'date':
    case 'number':
    case 'quantity':
      return value.low
    case 'composite':
      return undefined
    case 'position':
      return value.latitude
  }
}

function hasEqualBefore(values: readonly IndexValue[], index: number): boolean {
  const value = values[index]
  for (let before = 0; before < index; before++) {
    const other = values[before]
    if (value && other && sameValue(value, other)) return true
  }
  return false
}

function sameValue(left: IndexValue, right: IndexValue): boolean {
  switch (left.kind) {
    case 'token':
      return right.kind === 'token' && left.code === right.code && left.system === right.system
    case 'string':
    case 'uri':
      return right.kind === left.kind && left.value === right.value
    case 'reference':
      return (
        right.kind === 'reference' &&
        left.id === right.id &&
        left.type === right.type &&
        left.url === right.url &&
        left.version === right.version
      )
    case 'date':
    case 'number':
      return right.kind === left.kind && left.low === right.low && left.high === right.high
    case 'quantity':
      return (
        right.kind === 'quantity' &&
        left.low === right.low &&
        left.high === right.high &&
        left.system === right.system &&
        left.code === right.code &&
        left.unit === right.unit
      )
    case 'position':
      return right.kind === 'position' && left.latitude === right.latitude && left.longitude === right.longitude
    case 'composite':
      return right.kind === 'composite' && JSON.stringify(left) === JSON.stringify(right)
  }
}
