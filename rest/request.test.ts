import { expect, test } from 'vitest'
import { restRequest } from '#test/support/rest-request.ts'
import { asksForFresh, ifMatchOf, preferenceOf, readConditionsOf, splitGeneral } from './request.ts'

const withHeader = (name: string, value: string) => restRequest('GET /Patient/1', { headers: { [name]: value } })

test.each([
  ['return=minimal', { return: 'minimal', handling: undefined, async: false }],
  ['return=representation; handling=lenient', { return: 'representation', handling: 'lenient', async: false }],
  ['handling=strict, return=OperationOutcome', { return: 'OperationOutcome', handling: 'strict', async: false }],
  ['respond-async, return="minimal"', { return: 'minimal', handling: undefined, async: true }],
  ['return=everything', { return: undefined, handling: undefined, async: false }],
])('Prefer: %s', (prefer, preference) => {
  expect(preferenceOf(withHeader('prefer', prefer))).toEqual(preference)
})

test.each(['W/"3"', '"3"'])('If-Match: %s names version 3', header => {
  expect(ifMatchOf(withHeader('if-match', header))).toBe('3')
})

test('If-Match may name several versions', () => {
  expect(ifMatchOf(restRequest('PUT /Patient/1', { headers: { 'if-match': 'W/"1", W/"2"' } }))).toEqual(['1', '2'])
})

test.each(['W/3', '"3', ''])('If-Match: %s is refused', header => {
  expect(() => ifMatchOf(withHeader('if-match', header))).toThrow(
    expect.objectContaining({
      category: 'invalid',
      issues: [
        {
          severity: 'error',
          code: 'value',
          diagnostics: `If-Match must be an entity tag such as W/"3", not '${header}'`,
        },
      ],
    }),
  )
})

test('If-None-Match names versions, and If-Modified-Since beside it does not count', () => {
  const headers = { 'if-none-match': 'W/"1", W/"2"', 'if-modified-since': 'Mon, 01 Jan 2024 00:00:00 GMT' }
  expect(readConditionsOf(restRequest('GET /Patient/1', { headers }))).toEqual({ ifNoneMatch: ['1', '2'] })
  expect(readConditionsOf(withHeader('if-none-match', '*'))).toEqual({ ifNoneMatch: ['*'] })
})

test('If-Modified-Since is a time, and passed over where it is none', () => {
  const since = withHeader('if-modified-since', 'Mon, 01 Jan 2024 00:00:00 GMT')
  expect(readConditionsOf(since)).toEqual({ ifModifiedSince: Date.UTC(2024, 0, 1) })
  expect(readConditionsOf(withHeader('if-modified-since', 'yesterday'))).toEqual({})
  expect(readConditionsOf(restRequest('GET /Patient/1'))).toEqual({})
})

test('Cache-Control: no-cache asks for what is fresh', () => {
  expect(asksForFresh(withHeader('cache-control', 'max-age=0, No-Cache'))).toBe(true)
  expect(asksForFresh(withHeader('cache-control', 'max-age=0'))).toBe(false)
})

test('_format and _pretty are the door’s own, whatever the interaction', () => {
  const parameters = [
    ['name', 'eve'],
    ['_format', 'json'],
    ['_pretty', 'true'],
    ['_count', '3'],
  ] as const
  expect(splitGeneral(parameters)).toEqual({
    format: 'json',
    pretty: true,
    general: [
      ['_format', 'json'],
      ['_pretty', 'true'],
    ],
    others: [
      ['name', 'eve'],
      ['_count', '3'],
    ],
  })
  expect(() => splitGeneral([['_pretty', 'yes']])).toThrow('_pretty is true or false, not "yes".')
})
