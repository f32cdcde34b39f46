import { expect, test } from 'vitest'
import { fault } from '#service/index.ts'
import { fakeService } from '#test/support/fake-service.ts'
import { recordingLogger } from '#test/support/logger.ts'
import { type Environment, parseEnvironment } from '../env.ts'
import type { DoorTarget } from './door-messages.ts'
import type { PlainRequest } from './plain-request.ts'
import { createRouter, type Lane } from './router.ts'
import type { ReceivedRequest } from './server.ts'

interface Sent {
  readonly lane: Lane
  readonly target: DoorTarget
  readonly request: PlainRequest
}

function routerWith(options: { readonly lose?: boolean; readonly environment?: Environment } = {}) {
  const sent: Sent[] = []
  const threadOf = (lane: Lane) => ({
    async send(target: DoorTarget, request: PlainRequest) {
      sent.push({ lane, target, request })
      if (options.lose) throw fault('unavailable', 'Lost', { retryAfterSeconds: 1 })
      return { status: 200, headers: {}, body: undefined }
    },
  })
  const router = createRouter({
    service: fakeService({ capabilities: async () => new Uint8Array() }),
    threads: { graphql: threadOf('graphql'), bulk: threadOf('bulk') },
    config: parseEnvironment(options.environment ?? {}),
    bodyBytesMax: 10_000_000,
    logger: recordingLogger().logger,
    requestIdPrefix: 'a',
    now: () => 1000,
  })
  return { router, sent }
}

const received = (line: string, bytes = 0, headers: Record<string, string> = {}): ReceivedRequest => {
  const [method = '', url = ''] = line.split(' ')
  const body = bytes > 0 ? new Uint8Array(bytes) : undefined
  return { method, url, headers: { host: 'localhost:8080', ...headers }, body }
}

const GZIP = { 'content-encoding': 'gzip' }

test.each([
  ['GET /fhir/metadata', 0, {}, undefined],
  ['POST /fhir', 1_000_000, {}, undefined],
  ['POST /fhir', 1_100_000, {}, 'bulk'],
  ['PUT /fhir/Patient/1', 100_000, GZIP, 'bulk'],
  ['PUT /fhir/Patient/1', 10_000, GZIP, undefined],
  ['POST /graphql', 100, {}, 'graphql'],
  ['POST /fhir/$graphql', 100, {}, 'graphql'],
  ['GET /fhir/Patient/1/$graphql?query={id}', 0, {}, 'graphql'],
  ['OPTIONS /graphql', 0, {}, undefined],
])('%s with %i bytes %j is answered by %s', async (line, bytes, headers, lane) => {
  const { router, sent } = routerWith()
  await router.handle(received(line, bytes, headers))
  expect(sent.map(each => each.lane)).toEqual(lane ? [lane] : [])
})

test('a thread gets all that a call is made of', async () => {
  const { router, sent } = routerWith()
  await router.handle(received('POST /graphql?a=b', 3, { 'x-request-id': 'mine' }))
  expect(sent).toEqual([
    {
      lane: 'graphql',
      target: 'graphql',
      request: {
        method: 'POST',
        url: '?a=b',
        headers: { host: 'localhost:8080', 'x-request-id': 'mine' },
        body: new Uint8Array(3),
        requestId: 'mine',
        baseUrl: 'http://localhost:8080/fhir',
        deadline: 29_000,
      },
    },
  ])
})

test('a Bundle has more time', async () => {
  const { router, sent } = routerWith()
  await router.handle(received('POST /fhir', 2_000_000))
  expect(sent.map(({ request }) => [request.deadline, request.requestId])).toEqual([[121_000, 'a-1']])
})

test('a thread that is lost is a refusal like any other', async () => {
  const { router } = routerWith({ lose: true })
  const { status, headers } = await router.handle(received('POST /graphql', 3))
  expect([status, headers['Retry-After'], headers['X-Request-Id']]).toEqual([503, '1', 'a-1'])
})

const LINES = ['GET /', 'GET /fhir/metadata', 'POST /fhir', 'POST /graphql', 'GET /nothing']

test.each(LINES)('%s is not answered under a name that was made to lead to this machine', async line => {
  const { router, sent } = routerWith()
  const { status, body } = await router.handle(received(line, 3, { host: 'rebound.evil.example:8080' }))
  expect([status, sent]).toEqual([421, []])
  expect(JSON.parse(new TextDecoder().decode(body as Uint8Array))).toEqual({
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: 'error',
        code: 'security',
        diagnostics:
          'This server listens on this machine alone and takes requests for localhost, not for what the Host header ' +
          'names. Set FHIR_BASE_URL to the URL by which it is meant to be reached.',
      },
    ],
  })
})

test.each([{ FHIR_BASE_URL: 'https://fhir.example.org' }, { HOST: '0.0.0.0' }])(
  'any name is taken with %j',
  async environment => {
    const { router } = routerWith({ environment })
    const { status } = await router.handle(received('GET /fhir/metadata', 0, { host: 'fhir.example.org' }))
    expect(status).toBe(200)
  },
)

test('the start page is only read', async () => {
  const { router } = routerWith()
  const { status, headers } = await router.handle(received('DELETE /'))
  expect([status, headers.Allow]).toEqual([405, 'GET, HEAD, OPTIONS'])
  expect((await router.handle(received('GET /'))).status).toBe(200)
})
