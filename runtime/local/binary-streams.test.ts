/** Bytes of Binaries on their way through the server: piece by piece, within the limit, whole or not at all. */
import { hash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startWorld, type World } from './world.ts'

const BYTES_MAX = 20_000_000
const PIECE = randomBytes(1_000_000)

let folder: string
let world: World

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fhir-gateway-'))
  world = await startWorld({ dataFolder: folder, limits: { bodyBytesMax: BYTES_MAX } })
})

afterAll(async () => {
  await world.close()
  await rm(folder, { recursive: true })
})

const whole = (pieces: number): Uint8Array<ArrayBuffer> => Buffer.concat(Array<Buffer>(pieces).fill(PIECE))

/** Without a length, as what is made on the way is sent. */
function streamOf(pieces: number): ReadableStream<Uint8Array> {
  let sent = 0
  return new ReadableStream({
    pull(controller) {
      if (sent++ < pieces) controller.enqueue(PIECE)
      else controller.close()
    },
  })
}

const put = (id: string, body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>, headers = {}) =>
  fetch(`${world.baseUrl}/Binary/${id}`, {
    ...{ method: 'PUT', headers: { 'Content-Type': 'video/mp4', ...headers }, body },
    ...{ duplex: 'half' as const },
  })

/** What a refusal says. */
async function saidBy(refused: Response): Promise<string> {
  const { issue } = (await refused.json()) as { issue: readonly { diagnostics: string }[] }
  return issue.map(({ diagnostics }) => diagnostics).join()
}

async function bytesOf(id: string): Promise<Buffer> {
  const answer = await fetch(`${world.baseUrl}/Binary/${id}`)
  return Buffer.from(await answer.arrayBuffer())
}

async function files(): Promise<number> {
  const found = await readdir(join(folder, 'objects'), { recursive: true, withFileTypes: true })
  return found.filter(each => each.isFile()).length
}

test.each([
  ['with a length', () => whole(15)],
  ['without a length', () => streamOf(15)],
])('15 MB come back as they went, %s', async (_name, body) => {
  const written = await put('large', body())
  expect([201, 200]).toContain(written.status)
  expect((await bytesOf('large')).equals(whole(15))).toBe(true)
  const part = await fetch(`${world.baseUrl}/Binary/large`, { headers: { Range: 'bytes=999999-1000000' } })
  expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 999999-1000000/15000000'])
  expect(Buffer.from(await part.arrayBuffer())).toEqual(Buffer.of(PIECE.at(-1) ?? 0, PIECE[0] ?? 0))
  const head = await fetch(`${world.baseUrl}/Binary/large`, { method: 'HEAD' })
  expect([head.headers.get('content-length'), head.headers.get('repr-digest')]).toEqual([
    '15000000',
    `sha-256=:${hash('sha256', whole(15), 'base64')}:`,
  ])
})

const TOO_LARGE = `The body is larger than ${BYTES_MAX} bytes, the most that this server takes.`

test('more than the limit is refused while it comes, and nothing of it is kept', async () => {
  const before = await files()
  const refused = await put('huge', streamOf(25))
  expect([refused.status, await saidBy(refused)]).toEqual([413, TOO_LARGE])
  const told = await put('huge', whole(25))
  expect([told.status, await saidBy(told)]).toEqual([413, TOO_LARGE])
  expect([await files(), (await fetch(`${world.baseUrl}/Binary/huge`)).status]).toEqual([before, 404])
})

test('a client that leaves has written nothing', async () => {
  const before = await files()
  const headers = { 'Content-Type': 'video/mp4', 'Content-Length': String(5 * PIECE.length) }
  const leaving = request(`${world.baseUrl}/Binary/left`, { method: 'PUT', headers })
  leaving.on('error', () => undefined).write(PIECE)
  await vi.waitUntil(async () => (await files()) > before)
  leaving.destroy()
  await vi.waitUntil(async () => (await files()) === before)
  expect((await fetch(`${world.baseUrl}/Binary/left`)).status).toBe(404)
})

test('a digest that is not that of the bytes is told, and they are not kept', async () => {
  const before = await files()
  const digestOf = (bytes: Uint8Array) => ({ 'Repr-Digest': `sha-256=:${hash('sha256', bytes, 'base64')}:` })
  const refused = await put('digest', whole(2), digestOf(whole(1)))
  expect([refused.status, await saidBy(refused)]).toEqual([
    400,
    'The bytes that have arrived are not those that the digest is of',
  ])
  expect(await files()).toBe(before)
  expect((await put('digest', whole(2), digestOf(whole(2)))).status).toBe(201)
  expect((await put('digest', new Uint8Array(3), digestOf(whole(2)))).status).toBe(400)
})

test('what is refused for another reason is refused before its bytes are read', async () => {
  const before = await files()
  const refused = await put('not an id'.replaceAll(' ', '_'), streamOf(2))
  expect([refused.status, await files()]).toEqual([404, before])
  const typeless = await fetch(`${world.baseUrl}/Binary`, {
    ...{ method: 'POST', headers: { 'Content-Type': 'text/plain;  x' }, body: streamOf(2) },
    ...{ duplex: 'half' as const },
  })
  expect([typeless.status, await files()]).toEqual([422, before])
})

test('labels that an update carries on leave the new bytes where they are', async () => {
  const resource = { resourceType: 'Binary', id: 'labelled', contentType: 'text/plain', meta: { tag: [{ code: 'x' }] } }
  const first = await fetch(`${world.baseUrl}/Binary/labelled`, {
    ...{ method: 'PUT', headers: { 'Content-Type': 'application/fhir+json' }, body: JSON.stringify(resource) },
  })
  expect(first.status).toBe(201)
  const second = await put('labelled', whole(1))
  expect([second.status, await second.json()]).toMatchObject([200, { meta: { tag: [{ code: 'x' }] } }])
  expect((await bytesOf('labelled')).equals(PIECE)).toBe(true)
})
