/** Whatever bytes come over a connection: the gateway answers or hangs up, says so in FHIR, and is none the worse. */
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWorld, type World } from '#runtime/local/world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld({ config: { logLevel: 'silent' } })
  await fetch(`${world.baseUrl}/Patient/a`, {
    method: 'PUT',
    headers: { 'content-type': 'application/fhir+json' },
    body: '{"resourceType":"Patient","id":"a","name":[{"family":"Shaw"}],"birthDate":"1970-03-30"}',
  })
})

afterAll(() => world.close())

const oneOf = (...texts: readonly string[]) => fc.constantFrom(...texts)

const METHOD = fc.oneof(
  { weight: 8, arbitrary: oneOf('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH') },
  { weight: 1, arbitrary: oneOf('TRACE', 'PROPFIND', 'get', 'FOO', '') },
)

const SEGMENT = fc.oneof(
  { weight: 12, arbitrary: oneOf('Patient', 'Observation', 'Bundle', 'Binary', 'a', '_history', '_search', '1', '') },
  {
    weight: 3,
    arbitrary: oneOf('metadata', '$graphql', '$everything', '*', '..', '%2E%2E', '%00', '%zz', '__proto__'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 80 }).map(encodeAnything) },
)

/** Lone surrogates have no encoding. */
function encodeAnything(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80'
}

const NAME = fc.oneof(
  {
    weight: 10,
    arbitrary: oneOf(
      ...'name birthdate _id identifier gender:not name:missing _count _sort _include _revinclude _elements'.split(' '),
      ...'_summary _total _cursor _since _format _pretty _lastUpdated general-practitioner.name query'.split(' '),
      ...'_has:Observation:patient:code constructor __proto__ _has: name: : .'.split(' '),
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }).map(encodeAnything) },
)

const VALUE = fc.oneof(
  {
    weight: 10,
    arbitrary: oneOf(
      ...'a 1 true json xml ge1970 1970-03-30T10:00:00+02:00 Patient:link Patient:* * count -name,birthdate'.split(' '),
      ...',,, a|b|c | \\, %00 % 1e999 -1 99999999999999999999 _id {PatientList{id}} eyJ4.abc 2024-02-30'.split(' '),
    ),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }).map(encodeAnything) },
)

const QUERY = fc
  .array(fc.tuple(NAME, VALUE), { maxLength: 4 })
  .map(pairs => pairs.map(pair => pair.join('=')).join('&'))

const ADDRESS = fc.oneof(
  {
    weight: 5,
    arbitrary: oneOf(
      ...'/fhir /fhir/Patient /fhir/Patient/a /fhir/Patient/b /fhir/Patient/_search /fhir/Patient/a/_history'.split(
        ' ',
      ),
      ...'/fhir/Observation /fhir/Patient/a/_history/1 /fhir/_history /fhir/metadata /fhir/$graphql /graphql /'.split(
        ' ',
      ),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(oneOf('/fhir', '/graphql', '', 'http://localhost/fhir'), fc.array(SEGMENT, { maxLength: 5 }))
      .map(([base, segments]) => [base, ...segments].join('/')),
  },
)

const TARGET = fc
  .tuple(ADDRESS, fc.oneof({ weight: 1, arbitrary: fc.constant('') }, { weight: 2, arbitrary: QUERY }))
  .map(([address, query]) => (query === '' ? address : `${address}?${query}`))

const FORM = 'application/x-www-form-urlencoded'

const HEADER = fc.oneof(
  oneOf('Content-Type: text/plain', 'Content-Type: application/fhir+json; charset=utf-16', 'Content-Type: ;'),
  oneOf('Content-Encoding: gzip', 'Content-Encoding: br', 'Content-Encoding: x', 'Accept-Encoding: br;q=x, *;q=0'),
  oneOf('Accept: application/fhir+json', 'Accept: application/fhir+xml', 'Accept: ;;,', 'Accept: */*;q=0'),
  oneOf('If-Match: W/"1"', 'If-Match: *', 'If-Match: ",', 'If-None-Match: *', 'If-None-Match: W/"1", "2"'),
  oneOf('If-Modified-Since: yesterday', 'If-None-Exist: name=a', 'If-None-Exist: ?%zz', 'Prefer: return=minimal;;=,'),
  oneOf(
    'Content-Type: application/json-patch+json',
    'Content-Type: application/merge-patch+json',
    'Content-Type: application/xml-patch+xml',
    'If-Match: W/"1", "9"',
  ),
  oneOf('Prefer: respond-async', 'Idempotency-Key: k', 'Idempotency-Key: a b', 'X-Provenance: {', 'X-Provenance: {}'),
  oneOf('Prefer: handling=lenient', 'Cache-Control: no-cache', 'Expect: 100-continue', 'Origin: null', 'Host: evil'),
  oneOf('X-Request-Id: a b', 'Access-Control-Request-Method: PUT', 'Access-Control-Request-Headers: a\u00e9'),
)

const JSON_TEXT = fc.oneof(
  oneOf('{"resourceType":"Patient"}', '{"resourceType":"Patient","id":"a"}', '{}', 'null', '[[[', '\ufeff{}', ''),
  oneOf(
    '{"resourceType":"Patient","__proto__":{"a":1},"name":[{"family":"\\ud800"}]}',
    '{"query":"{PatientList{id}}"}',
  ),
  oneOf(
    '{"query":"mutation{PatientDelete(id:1){resourceType}}","variables":[]}',
    '{"resourceType":"Bundle","entry":1}',
  ),
  fc.json({ maxDepth: 4 }).map(json => `{"resourceType":"Patient","name":[${json}],"extension":${json}}`),
  fc.array(fc.tuple(METHOD, TARGET, fc.json({ maxDepth: 2 })), { maxLength: 4 }).map(requests =>
    JSON.stringify({
      resourceType: 'Bundle',
      type: requests.length % 2 === 0 ? 'batch' : 'transaction',
      entry: requests.map(([method, url, resource]) => ({ request: { method, url }, resource: JSON.parse(resource) })),
    }),
  ),
  QUERY,
)

const BODY = fc.oneof(
  { weight: 6, arbitrary: JSON_TEXT.map(text => Buffer.from(text)) },
  { weight: 1, arbitrary: JSON_TEXT.map(text => gzipSync(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }).map(bytes => Buffer.from(bytes)) },
)

const FRAMING = oneOf(...Array<string>(9).fill('exact'), 'none', 'none', 'short', 'chunked', 'chunked', 'broken')

const CONTENT_TYPE = oneOf(...Array<string>(5).fill('application/fhir+json'), 'application/json', FORM, FORM)

interface Sent {
  readonly bytes: Buffer
  /** Whether it is all that the server waits for. */
  readonly complete: boolean
}

const REQUEST = fc
  .record({
    method: METHOD,
    target: TARGET,
    type: CONTENT_TYPE,
    headers: fc.array(HEADER, { maxLength: 2 }),
    body: BODY,
    framing: FRAMING,
  })
  .map(({ method, target, type, headers, body, framing }): Sent => {
    const first = [`${method} ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close', `Content-Type: ${type}`]
    const head = (...more: readonly string[]) => Buffer.from(`${[...first, ...headers, ...more].join('\r\n')}\r\n\r\n`)
    const size = body.byteLength
    const chunked = 'Transfer-Encoding: chunked'
    switch (framing) {
      case 'none':
        return { bytes: head(), complete: true }
      case 'short':
        return { bytes: Buffer.concat([head(`Content-Length: ${size + 10}`), body]), complete: false }
      case 'chunked': {
        const chunks = [Buffer.from(`${size.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]
        const pieces = size === 0 ? [Buffer.from('0\r\n\r\n')] : chunks
        return { bytes: Buffer.concat([head(chunked), ...pieces]), complete: true }
      }
      case 'broken':
        return { bytes: Buffer.concat([head(chunked), Buffer.from('zz\r\n'), body]), complete: false }
      default:
        return { bytes: Buffer.concat([head(`Content-Length: ${size}`), body]), complete: true }
    }
  })

/** Cut off, or with some bytes changed. */
const SPOILED = fc
  .tuple(REQUEST, fc.nat(), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }))
  .map(([request, end, changes]): Sent => {
    const bytes = Buffer.from(request.bytes.subarray(0, 1 + (end % request.bytes.byteLength)))
    for (const [at, value] of changes) bytes[at % bytes.byteLength] = value
    return { bytes, complete: false }
  })

async function exchange({ bytes, complete }: Sent): Promise<string> {
  const socket = connect(Number(new URL(world.baseUrl).port), '127.0.0.1')
  // A connection that the server breaks is an answer, too.
  const answer = buffer(socket).catch(() => Buffer.alloc(0))
  socket.on('error', () => undefined)
  // The server waits for the rest of what is not complete, unless it learns that none is coming.
  if (complete) socket.write(bytes)
  else socket.end(bytes)
  return (await answer).toString('latin1')
}

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'

/** Behind a 100 there is the answer itself. */
const STATUS = /^(?:HTTP\/1\.1 100 Continue\r\n\r\n)?HTTP\/1\.1 (\d{3}) /

/** So that it can be seen that random requests get anywhere. */
const seen = new Set<number>()

async function expectAnswer(sent: Sent): Promise<void> {
  const answer = await exchange(sent)
  if (!sent.complete && (answer === '' || answer === CONTINUE)) return
  const status = Number(STATUS.exec(answer)?.[1])
  expect({ status, answer: status === 500 ? answer : '' }).toEqual({ status: expect.any(Number), answer: '' })
  expect(status).toBeGreaterThanOrEqual(200)
  seen.add(status)
}

const stillThere = async () => (await fetch(`${world.baseUrl}/metadata`, { method: 'HEAD' })).status

test('random requests are answered, and none with an internal error', { timeout: 120_000 }, async () => {
  await fc.assert(fc.asyncProperty(REQUEST, expectAnswer), { numRuns: 3000 })
  expect(await stillThere()).toBe(200)
  for (const status of [200, 204, 400, 404, 405, 406, 415]) expect(seen).toContain(status)
})

test('so are requests that are cut off or damaged', { timeout: 120_000 }, async () => {
  await fc.assert(fc.asyncProperty(SPOILED, expectAnswer), { numRuns: 1000 })
  expect(await stillThere()).toBe(200)
})

test('several requests down one connection are answered in order', { timeout: 60_000 }, async () => {
  const good = (url: string) => `GET ${url} HTTP/1.1\r\nHost: localhost\r\n\r\n`
  const last = 'GET /fhir/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
  const bytes = Buffer.from(good('/fhir/Patient/none') + good('/fhir/Patient') + last)
  const answer = await exchange({ bytes, complete: true })
  expect([...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status)).toEqual(['404', '200', '404'])
})
