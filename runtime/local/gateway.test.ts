import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld({ limits: { bodyBytesMax: 4 * 1024 * 1024 } })
})

afterAll(() => world.close())

/** So much text makes the body larger than what the main thread takes. */
const patientOf = (characters: number) => ({
  resourceType: 'Patient',
  id: `with-${characters}`,
  text: {
    status: 'generated',
    div: `<div xmlns="http://www.w3.org/1999/xhtml">${'long '.repeat(characters / 5)}</div>`,
  },
})

const put = (
  resource: { id: string },
  encode = (text: string): string | Uint8Array<ArrayBuffer> => text,
  headers = {},
) =>
  fetch(`${world.baseUrl}/Patient/${resource.id}`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/fhir+json', 'X-Request-Id': 'mine', ...headers },
    body: encode(JSON.stringify(resource)),
  })

test.each([1_000, 2_000_000])('a resource with %i characters is written, by whichever thread', async characters => {
  const resource = patientOf(characters)
  const written = await put(resource)
  expect([written.status, written.headers.get('x-request-id')]).toEqual([201, 'mine'])
  const stored = { ...resource, meta: { versionId: '1', lastUpdated: expect.any(String) } }
  expect(await written.json()).toEqual(stored)
  expect(await (await fetch(`${world.baseUrl}/Patient/${resource.id}`)).json()).toEqual(stored)
})

test('a compressed body is as good', async () => {
  const resource = patientOf(3_000_000)
  const written = await put(resource, text => new Uint8Array(gzipSync(text)), { 'Content-Encoding': 'gzip' })
  expect(written.status).toBe(201)
})

test.each([
  ['plain', (text: string) => text, {}],
  ['compressed', (text: string) => new Uint8Array(gzipSync(text)), { 'Content-Encoding': 'gzip' }],
])('a body over the limit is refused, %s', async (_name, encode, headers) => {
  const refused = await put(patientOf(5_000_000), encode, headers)
  expect([refused.status, await refused.json()]).toEqual([
    413,
    {
      resourceType: 'OperationOutcome',
      issue: [
        {
          severity: 'error',
          code: 'too-long',
          diagnostics: 'The body is larger than 4194304 bytes, the most that this server takes.',
        },
      ],
    },
  ])
})

test('the root names what is where, for scripts of this machine’s pages too', async () => {
  const answer = await fetch(new URL('/', world.baseUrl), { headers: { origin: 'http://localhost:3000' } })
  expect([answer.status, answer.headers.get('access-control-allow-origin'), await answer.json()]).toEqual([
    200,
    'http://localhost:3000',
    { fhir: world.baseUrl, capabilities: `${world.baseUrl}/metadata`, graphql: world.graphqlUrl },
  ])
})

test('elsewhere there is nothing', async () => {
  const answer = await fetch(new URL('/favicon.ico', world.baseUrl))
  expect([answer.status, await answer.json()]).toEqual([
    404,
    {
      resourceType: 'OperationOutcome',
      issue: [
        {
          severity: 'error',
          code: 'not-found',
          diagnostics: `There is nothing here. FHIR is at ${world.baseUrl}.`,
        },
      ],
    },
  ])
})

test('links lead where the client came from', async () => {
  const { host } = new URL(world.baseUrl)
  const other = world.baseUrl.replace(host, host.replace('localhost', '127.0.0.1'))
  const bundle = (await (await fetch(`${other}/Patient?_summary=count`)).json()) as { link: { url: string }[] }
  expect(bundle.link.map(({ url }) => url)).toEqual([`${other}/Patient?_summary=count`])
})

test('a gateway whose certificate is not there leaves its data folder to the next', async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'fhir-gateway-'))
  const tls = { certificateFile: join(dataFolder, 'certificate.pem'), keyFile: join(dataFolder, 'key.pem') }
  await expect(startWorld({ dataFolder, config: { tls } })).rejects.toThrow(/^ENOENT: .*certificate\.pem/)
  const next = await startWorld({ dataFolder })
  await next.close()
  await rm(dataFolder, { recursive: true })
})
