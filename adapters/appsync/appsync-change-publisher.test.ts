import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parse, validate } from 'graphql'
import { afterEach, expect, test } from 'vitest'
import { tenantOf } from '#service/call.ts'
import type { CommittedChange } from '#service/ports/change-feed.ts'
import { resourceChangeOf } from '#service/subscriptions/resource-change.ts'
import { generatedSchema } from '#test/support/generated-schema.ts'
import { faultOf } from '#test/support/test-world.ts'
import { AppSyncChangePublisher, type UnsignedRequest } from './index.ts'

let server: Server | undefined

afterEach(() => {
  server?.close()
})

interface Sent {
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: { readonly query: string; readonly variables: Readonly<Record<string, unknown>> }
}

async function appsync(answer: object, status = 200) {
  const requests: Sent[] = []
  const signed: UnsignedRequest[] = []
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    requests.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) })
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const publisher = new AppSyncChangePublisher({
    endpoint: `http://127.0.0.1:${port}/graphql`,
    sign: async request => {
      signed.push(request)
      return { authorization: 'signed' }
    },
    payloadOf: change => ({ ...resourceChangeOf(change) }),
    clock: { now: () => Date.now() },
  })
  return { publisher, requests, signed, host: `127.0.0.1:${port}` }
}

const change = (id: string): CommittedChange => ({
  tenant: tenantOf('one'),
  type: 'Observation',
  id,
  versionId: 2,
  lastUpdated: 1,
  method: 'PUT',
  deleted: false,
  compartments: ['Patient/p'],
  securityLabels: [],
})

const soon = () => Date.now() + 10_000

test('each change is a mutation of the schema, signed, ten a request', async () => {
  const { publisher, requests, signed, host } = await appsync({ data: {} })
  const ids = Array.from({ length: 12 }, (_, index) => String(index))
  await publisher.publish(ids.map(change), soon())
  expect(
    requests.map(({ body }) => validate(generatedSchema(), parse(body.query)).map(({ message }) => message)),
  ).toEqual([[], []])
  const told = requests.flatMap(({ body: { variables } }) =>
    Array.from({ length: Object.keys(variables).length / 7 }, (_, number) => ({
      id: variables[`id${number}`],
      tenant: variables[`tenant${number}`],
      resourceType: variables[`resourceType${number}`],
      versionId: variables[`versionId${number}`],
      lastUpdated: variables[`lastUpdated${number}`],
      interaction: variables[`interaction${number}`],
      compartments: variables[`compartments${number}`],
    })),
  )
  expect(told).toEqual(ids.map(id => resourceChangeOf(change(id))))
  expect(requests.map(({ headers }) => headers.authorization)).toEqual(['signed', 'signed'])
  expect(signed[0]).toEqual({
    method: 'POST',
    host,
    path: '/graphql',
    query: {},
    body: JSON.stringify(requests[0]?.body),
  })
})

test.each([
  ['a refusal', { errors: [{ errorType: 'UnauthorizedException', message: 'x' }] }, 401, 'HTTP 401'],
  [
    'an error of GraphQL',
    { data: null, errors: [{ errorType: 'Unauthorized', message: 'of Patient/p' }] },
    200,
    'Unauthorized',
  ],
])('%s is a failure that comes again, without what was sent', async (_, answer, status, internal) => {
  const { publisher } = await appsync(answer, status)
  const failed = publisher.publish([change('a')], soon())
  await expect(failed).rejects.toMatchObject({ category: 'unavailable', internal })
})

test('without time, nothing is sent', async () => {
  const { publisher, requests } = await appsync({})
  expect(await faultOf(publisher.publish([change('a')], Date.now() - 1))).toMatchObject({ category: 'unavailable' })
  expect(requests).toEqual([])
})
