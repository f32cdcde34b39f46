/** FHIR dates as ranges of time. Hot in ingestion: reads character codes and makes one object. */
import type { DateValue } from './document.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/**
 * The time that a date, dateTime or instant covers by its precision: `2013` is a year, `2013-01-14T10:00:00.5Z` a
 * tenth of a second; nothing is finer than a millisecond. Years 0001 to 9999. Without a zone it is UTC. Searches may
 * also leave out the seconds. undefined: not such a text. R4 datatypes.html#dateTime, search.html#date
 */
export function parseDateRange(text: string): DateValue | undefined {
  const year = digits(text, 0, 4)
  if (year < 1) return undefined
  if (text.length === 4) return range(daysBefore(year, 1) * DAY_MS, daysBefore(year + 1, 1) * DAY_MS)
  const month = text.charCodeAt(4) === DASH ? digits(text, 5, 2) : -1
  if (month < 1 || month > 12) return undefined
  const monthStart = daysBefore(year, month)
  const nextMonth = month === 12 ? daysBefore(year + 1, 1) : daysBefore(year, month + 1)
  if (text.length === 7) return range(monthStart * DAY_MS, nextMonth * DAY_MS)
  const day = text.charCodeAt(7) === DASH ? digits(text, 8, 2) : -1
  if (day < 1 || day > nextMonth - monthStart) return undefined
  const dayStart = (monthStart + day - 1) * DAY_MS
  if (text.length === 10) return range(dayStart, dayStart + DAY_MS)
  return text.charCodeAt(10) === LETTER_T ? parseTime(text, dayStart) : undefined
}

function parseTime(text: string, dayStart: number): DateValue | undefined {
  const hour = digits(text, 11, 2)
  const minute = text.charCodeAt(13) === COLON ? digits(text, 14, 2) : -1
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return undefined
  let low = dayStart + (hour * 60 + minute) * MINUTE_MS
  let width = MINUTE_MS
  let at = 16
  if (text.charCodeAt(at) === COLON) {
    const second = digits(text, 17, 2)
    // 60: a leap second is the first second of the next minute.
    if (second < 0 || second > 60) return undefined
    low += second * 1000
    width = 1000
    at = 19
    if (text.charCodeAt(at) === DOT) {
      const start = ++at
      for (let digit = digits(text, at, 1); digit >= 0; digit = digits(text, at, 1)) {
        if (width > 1) {
          width /= 10
          low += digit * width
        }
        at++
      }
      if (at === start) return undefined
    }
  }
  const offset = at === text.length ? 0 : zoneOffset(text, at)
  return offset === undefined ? undefined : range(low - offset, low - offset + width)
}

/** Milliseconds that the zone is ahead of UTC. */
function zoneOffset(text: string, at: number): number | undefined {
  const sign = text.charCodeAt(at)
  if (sign === LETTER_Z) return text.length === at + 1 ? 0 : undefined
  if ((sign !== PLUS && sign !== DASH) || text.length !== at + 6 || text.charCodeAt(at + 3) !== COLON) return undefined
  const hours = digits(text, at + 1, 2)
  const minutes = digits(text, at + 4, 2)
  if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) return undefined
  const offset = (hours * 60 + minutes) * MINUTE_MS
  return sign === PLUS ? offset : -offset
}

const DASH = 0x2d
const DOT = 0x2e
const COLON = 0x3a
const PLUS = 0x2b
const LETTER_T = 0x54
const LETTER_Z = 0x5a

const range = (low: number, high: number): DateValue => ({ kind: 'date', low, high })

/** The number that `count` digits make; -1 where there is anything else. */
function digits(text: string, from: number, count: number): number {
  let number = 0
  for (let index = from; index < from + count; index++) {
    const digit = text.charCodeAt(index) - 0x30
    if (!(digit >= 0 && digit <= 9)) return -1
    number = number * 10 + digit
  }
  return number
}

/** Days from 1970-01-01 to the first of a month in the proleptic Gregorian calendar, years counted from March. */
function daysBefore(year: number, month: number): number {
  const marchYear = month > 2 ? year : year - 1
  const marchMonth = month > 2 ? month - 3 : month + 9
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400)
  return marchYear * 365 + leapDays + Math.floor((153 * marchMonth + 2) / 5) - 719_468
}
