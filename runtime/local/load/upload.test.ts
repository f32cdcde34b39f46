import { Readable } from 'node:stream'
import { afterEach, expect, test } from 'vitest'
import { type FakeAnswer, type FakeRequest, type FakeServer, startFakeServer } from '#test/support/fake-server.ts'
import type { LoadRequest } from './requests.ts'
import type { Reply } from './send.ts'
import { uploadingSender } from './upload.ts'

let server: FakeServer | undefined

afterEach(() => server?.close())

const metadata = (...names: readonly string[]) => ({
  resourceType: 'CapabilityStatement',
  rest: [{ mode: 'server', operation: names.map(name => ({ name })) }],
})

const DONE = { resourceType: 'Bundle', type: 'transaction-response', entry: [{ response: { status: '201 Created' } }] }

/** A deployment: the object store is below `/store`. */
function deployment(request: FakeRequest, polls: number[]): FakeAnswer {
  const base = `http://${request.headers.host}`
  switch (`${request.method} ${request.path}`) {
    case 'POST /fhir/$upload':
      return {
        status: 200,
        body: {
          resourceType: 'Parameters',
          parameter: [
            { name: 'url', valueUrl: `${base}/store/1` },
            { name: 'contentType', valueCode: 'application/fhir+json' },
            { name: 'reference', valueString: 'ref' },
          ],
        },
      }
    case 'PUT /store/1':
      return { status: 200 }
    case 'POST /fhir':
      return request.body.includes('"ref"')
        ? { status: 202, headers: { 'content-location': `${base}/fhir/_jobs/1` } }
        : { status: 413 }
    case 'GET /fhir/_jobs/1':
      return polls.shift() === 202
        ? { status: 202, headers: { 'retry-after': '2' } }
        : { status: 303, headers: { location: `${base}/store/2` } }
    case 'GET /store/2':
      return { status: 200, body: DONE }
    default:
      return { status: 404 }
  }
}

const bundle = (body: Buffer, bodyBytes: number | undefined): LoadRequest => ({
  source: 'a.json',
  kind: 'transaction',
  method: 'POST',
  path: '',
  repeatable: false,
  body: () => Readable.from([body]),
  bodyBytes,
  entrySource: String,
})

async function run(request: LoadRequest, offers: readonly string[], direct: Reply) {
  const polls = [202]
  const waits: number[] = []
  const sent: string[] = []
  server = await startFakeServer(
    asked => deployment(asked, polls),
    () => metadata(...offers),
  )
  const sender = uploadingSender({
    baseUrl: server.baseUrl,
    headers: { authorization: 'Bearer t' },
    sender: {
      async send({ source }) {
        sent.push(source)
        return direct
      },
      close: () => undefined,
    },
    wait: async ms => {
      waits.push(ms)
    },
  })
  const reply = await sender.send(request, new AbortController().signal)
  return { reply, waits, sent, requests: server.requests }
}

const refusal: Reply = { kind: 'answered', status: 413, reason: 'Payload Too Large', body: Buffer.alloc(0) }

test('what is too large goes by the object store, which hears nothing of the token', async () => {
  const body = Buffer.alloc(4_000_001, ' ')
  const { reply, waits, sent, requests } = await run(bundle(body, body.length), ['upload'], refusal)
  expect(reply).toMatchObject({ kind: 'answered', status: 200 })
  expect(JSON.parse(reply.kind === 'answered' ? String(reply.body) : '')).toEqual(DONE)
  expect(waits).toEqual([2000])
  expect(sent).toEqual([])
  const shown = requests.map(({ method, path, headers }) => `${method} ${path} ${headers.authorization ?? ''}`)
  expect(shown).toEqual([
    'POST /fhir/$upload Bearer t',
    'PUT /store/1 ',
    'POST /fhir Bearer t',
    'GET /fhir/_jobs/1 Bearer t',
    'GET /fhir/_jobs/1 Bearer t',
    'GET /store/2 ',
  ])
  expect(requests[1]?.headers['content-length']).toBe('4000001')
  expect(requests[2]?.headers.prefer).toBe('respond-async, return=minimal')
})

test('so does what was refused as too large, whose size nobody knew', async () => {
  const { reply, sent } = await run(bundle(Buffer.from('{}'), undefined), ['graphql', 'upload'], refusal)
  expect(sent).toEqual(['a.json'])
  expect(reply).toMatchObject({ kind: 'answered', status: 200 })
})

test('where there are no uploads, the refusal stands', async () => {
  const { reply, sent, requests } = await run(bundle(Buffer.alloc(9), 5_000_000), ['graphql'], refusal)
  expect({ reply, sent, requests }).toEqual({ reply: refusal, sent: ['a.json'], requests: [] })
})

test('a single resource is never uploaded', async () => {
  const request: LoadRequest = { ...bundle(Buffer.alloc(9), 5_000_000), kind: 'resource', path: 'Binary' }
  expect((await run(request, ['upload'], refusal)).reply).toEqual(refusal)
})
