import { expect, test } from 'vitest'
import { TEST_TIME } from '#test/support/memory-ports.ts'
import { TEST_BASE_URL, testCall } from '#test/support/test-call.ts'
import { jsonOf, testDefinitions } from '#test/support/test-world.ts'
import type { HistoryResult, Revealed, SearchResult } from './fhir-service.ts'
import { validateResource } from './resource/validate.ts'
import { encodeHistory, encodeSearchset, linkUrl, pieceWriter } from './searchset.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

const version = (changes: Partial<Revealed> = {}): Revealed => ({
  type: 'Patient',
  id: 'a',
  versionId: 1,
  lastUpdated: TEST_TIME,
  method: 'PUT',
  deleted: false,
  compartments: [],
  securityLabels: [],
  body: bytes('{"resourceType":"Patient","id":"a"}'),
  content: () => {
    throw new Error('a body was parsed')
  },
  ...changes,
})

const RESULT: SearchResult = {
  matches: [],
  includes: [],
  issues: [],
  total: undefined,
  countOnly: false,
  self: [],
  first: undefined,
  next: undefined,
}

const definitions = testDefinitions.for(testCall().tenant)
const expectValid = (bundle: ReturnType<typeof jsonOf>) =>
  expect(validateResource(definitions, bundle, { type: 'Bundle' }).issues).toEqual([])

const links = { baseUrl: TEST_BASE_URL, path: 'Patient' }

test('an empty searchset has no entries at all', () => {
  const bundle = jsonOf(encodeSearchset({ ...RESULT, total: 0 }, links))
  expect(bundle).toEqual({
    resourceType: 'Bundle',
    type: 'searchset',
    total: 0,
    link: [{ relation: 'self', url: 'http://localhost:8080/fhir/Patient' }],
  })
  expectValid(bundle)
})

test('matches, includes and what is to be said, with links', () => {
  const observation = bytes('{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"}}')
  const bundle = jsonOf(
    encodeSearchset(
      {
        ...RESULT,
        matches: [version(), version({ id: 'b', body: bytes('{"resourceType":"Patient","id":"b"}') })],
        includes: [version({ type: 'Observation', id: 'o', body: observation })],
        issues: [{ severity: 'warning', code: 'not-supported', diagnostics: 'x' }],
        self: [['name', 'a b']],
        first: [],
        next: [['_cursor', 'c.d']],
      },
      links,
    ),
  )
  const base = 'http://localhost:8080/fhir'
  expect(bundle).toEqual({
    resourceType: 'Bundle',
    type: 'searchset',
    link: [
      { relation: 'self', url: `${base}/Patient?name=a%20b` },
      { relation: 'first', url: `${base}/Patient` },
      { relation: 'next', url: `${base}/Patient?_cursor=c.d` },
    ],
    entry: [
      { fullUrl: `${base}/Patient/a`, resource: { resourceType: 'Patient', id: 'a' }, search: { mode: 'match' } },
      { fullUrl: `${base}/Patient/b`, resource: { resourceType: 'Patient', id: 'b' }, search: { mode: 'match' } },
      {
        fullUrl: `${base}/Observation/o`,
        resource: { resourceType: 'Observation', id: 'o', status: 'final', code: { text: 'x' } },
        search: { mode: 'include' },
      },
      {
        resource: {
          resourceType: 'OperationOutcome',
          issue: [{ severity: 'warning', code: 'not-supported', diagnostics: 'x' }],
        },
        search: { mode: 'outcome' },
      },
    ],
  })
  expectValid(bundle)
})

test('a count alone has no entries', () => {
  const bundle = jsonOf(encodeSearchset({ ...RESULT, countOnly: true, total: 7 }, links))
  expect(bundle).toMatchObject({ total: 7 })
  expect(bundle).not.toHaveProperty('entry')
})

test('bodies go through as they are, the very bytes', () => {
  const body = bytes('{ "value": 1.50 }')
  const pieces = encodeSearchset({ ...RESULT, matches: [version({ body })] }, links)
  expect(Buffer.concat(pieces).includes(Buffer.from(body))).toBe(true)
})

test('a history tells what each version came from', () => {
  const { body: _body, content: _content, ...attributes } = version({ versionId: 3, method: 'DELETE' })
  const history: HistoryResult = {
    versions: [{ ...attributes, deleted: true }, version({ versionId: 2 }), version({ method: 'POST' })],
    creations: new Set([2]),
    total: 3,
    self: [['_count', '3']],
    next: undefined,
  }
  const bundle = jsonOf(encodeHistory(history, { baseUrl: TEST_BASE_URL, path: 'Patient/a/_history' }))
  const fullUrl = 'http://localhost:8080/fhir/Patient/a'
  const resource = { resourceType: 'Patient', id: 'a' }
  const lastModified = '2024-02-29T12:00:00.000Z'
  expect(bundle).toEqual({
    resourceType: 'Bundle',
    type: 'history',
    total: 3,
    link: [{ relation: 'self', url: `${fullUrl}/_history?_count=3` }],
    entry: [
      {
        fullUrl,
        request: { method: 'DELETE', url: 'Patient/a' },
        response: { status: '204 No Content', etag: 'W/"3"', lastModified },
      },
      {
        fullUrl,
        resource,
        request: { method: 'PUT', url: 'Patient/a' },
        response: { status: '200 OK', etag: 'W/"2"', lastModified },
      },
      {
        fullUrl,
        resource,
        request: { method: 'POST', url: 'Patient' },
        response: { status: '201 Created', etag: 'W/"1"', lastModified },
      },
    ],
  })
  expectValid(bundle)
})

test('the base itself can be linked to', () => {
  expect(linkUrl({ baseUrl: TEST_BASE_URL, path: '' }, [['_count', '1']])).toBe('http://localhost:8080/fhir?_count=1')
})

test('text and little bytes become one piece', () => {
  const writer = pieceWriter()
  writer.add('a\u00e9')
  writer.add('\ud83d\ude00')
  writer.add(bytes('\u20ac'))
  writer.add(bytes('d'))
  writer.add('')
  writer.add('\u20ac')
  expect(writer.end()).toEqual([Buffer.from('a\u00e9\ud83d\ude00\u20acd\u20ac')])
})

test('many bytes are not copied, and text is gathered between them', () => {
  const large = new Uint8Array(300_000)
  const writer = pieceWriter()
  writer.add('a')
  writer.add('b')
  writer.add(large)
  writer.add('c')
  const [before, body, after] = writer.end()
  expect([before, after]).toEqual([Buffer.from('ab'), Buffer.from('c')])
  expect(body).toBe(large)
})

test('much text comes in pieces', () => {
  const writer = pieceWriter()
  const large = 'x'.repeat(300_000)
  writer.add('a')
  writer.add(large)
  writer.add('b')
  writer.add('c')
  expect(writer.end()).toEqual([Buffer.from(`a${large}`), Buffer.from('bc')])
})
