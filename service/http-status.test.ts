import { STATUS_CODES } from 'node:http'
import { expect, test } from 'vitest'
import { FAULT_CATEGORIES } from './fault.ts'
import { HTTP_STATUS, INTERNAL_ERROR, statusLine, statusOf } from './http-status.ts'

test('each category has its status', () => {
  expect(Object.fromEntries(FAULT_CATEGORIES.map(category => [category, statusOf(category)]))).toEqual({
    invalid: 400,
    unprocessable: 422,
    unauthenticated: 401,
    forbidden: 403,
    'not-found': 404,
    gone: 410,
    conflict: 409,
    'precondition-failed': 412,
    'method-not-allowed': 405,
    'not-acceptable': 406,
    'unsupported-media-type': 415,
    'too-large': 413,
    unsupported: 501,
    'too-costly': 422,
    throttled: 429,
    unavailable: 503,
  })
})

test('reasons are those of HTTP', () => {
  // RFC 9110 renamed two that Node still calls by their old names.
  const renamed: Readonly<Record<number, string>> = { 413: 'Content Too Large', 422: 'Unprocessable Content' }
  for (const { status, reason } of [...Object.values(HTTP_STATUS), INTERNAL_ERROR]) {
    expect(reason).toBe(renamed[status] ?? STATUS_CODES[status])
  }
})

test('as an entry of a Bundle says it', () => {
  expect(statusLine(HTTP_STATUS['precondition-failed'])).toBe('412 Precondition Failed')
})
