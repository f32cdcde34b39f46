/** Copying and comparing JSON whose numbers may be exact ones, which no library keeps as they are. */
import type { JsonObject, JsonValue, RawJson } from '../content.ts'
import { isJsonObject, isRawJson } from '../json.ts'

/** A deep copy; exact numbers are shared, since they never change. */
export function copyJson(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(copyJson)
  if (!isJsonObject(value)) return value
  const copy: JsonObject = {}
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue
    // Assigned, it would not become a member, but what all members are looked up in besides.
    if (name === '__proto__') Object.defineProperty(copy, name, { ...OWN_MEMBER, value: copyJson(member) })
    else copy[name] = copyJson(member)
  }
  return copy
}

const OWN_MEMBER = { enumerable: true, configurable: true, writable: true } as const

/** RFC 6902, 4.6: members in any order; numbers by what they are worth, so that 1.50 is 1.5. */
export function equalJson(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === right) return true
  if (isNumber(left) && isNumber(right)) return worth(left) === worth(right)
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false
    return left.every((item, index) => equalJson(item, right[index]))
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false
  const names = Object.keys(left)
  return (
    names.length === Object.keys(right).length &&
    names.every(name => Object.hasOwn(right, name) && equalJson(left[name], right[name]))
  )
}

const isNumber = (value: JsonValue | undefined): value is number | RawJson =>
  typeof value === 'number' || isRawJson(value)

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/** The same text for the same number, however it is written, at any precision: sign, digits, power of ten. */
function worth(value: number | RawJson): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    DECIMAL.exec(typeof value === 'number' ? String(value) : value.rawJSON) ?? []
  const all = (whole + fraction).replace(/^0+/, '')
  const digits = all.replace(/0+$/, '')
  if (digits === '') return '0'
  return `${sign}${digits}e${Number(exponent) - fraction.length + (all.length - digits.length)}`
}

/** R4 json.html: no array and no object is empty. What a patch has emptied is left out, the root aside. */
export function withoutEmpty(value: JsonObject): JsonObject {
  for (const [name, member] of Object.entries(value)) {
    if (Array.isArray(member)) {
      for (const item of member) if (isJsonObject(item)) withoutEmpty(item)
      if (member.length === 0 || member.every(item => item === null)) delete value[name]
    } else if (isJsonObject(member) && Object.keys(withoutEmpty(member)).length === 0) {
      delete value[name]
    }
  }
  return value
}

export interface JsonSize {
  /** Objects, arrays and what they hold. */
  readonly values: number
  /** In texts. */
  readonly characters: number
  readonly depth: number
}

/** Without recursion, since what a patch has built may be deeper than any text that was parsed. */
export function sizeOf(value: JsonValue): JsonSize {
  let values = 0
  let characters = 0
  let depth = 0
  let level: JsonValue[] = [value]
  for (; level.length > 0; depth++) {
    values += level.length
    level = level.flatMap(item => {
      if (typeof item === 'string') characters += item.length
      if (Array.isArray(item)) return item
      return isJsonObject(item) ? Object.values(item).filter(member => member !== undefined) : []
    })
  }
  return { values, characters, depth }
}
