/** URLs of bytes where there is a login: whoever has one needs no token, and it is good for nothing else. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { groups, startTokenIssuer, type TokenIssuer } from '#test/support/token-issuer.ts'
import { startWorld, type World } from './world.ts'

let tokens: TokenIssuer
let world: World
let token: string

beforeAll(async () => {
  tokens = await startTokenIssuer()
  const { access } = tokens.config
  const binaries = { urls: 'members', attachmentUrls: 'on-request' } as const
  world = await startWorld({ config: { ...tokens.config, access: { ...access, binaries } } })
  token = tokens.tokenOf({ ...groups('practitioner'), 'custom:tenantId': 'west' })
})

afterAll(async () => {
  await world.close()
  tokens.close()
})

async function send(method: string, path: string, body?: object, headers = {}): Promise<Record<string, string>> {
  const answer = await fetch(`${world.baseUrl}${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}`, ...headers },
    ...(body && { body: JSON.stringify(body) }),
  })
  return (await answer.json()) as Record<string, string>
}

const PREFER = { Prefer: 'attachment-urls=presigned' }
const BYTES = new Uint8Array(3_000_000).fill(7)

test('bytes are put, got, and shown by whoever has the URL', async () => {
  const created = await send('POST', '/Binary', { resourceType: 'Binary', contentType: 'image/png' })
  const put = await fetch(String(created.presignedPutUrl), {
    ...{ method: 'PUT', headers: { 'Content-Type': 'image/png' }, body: BYTES },
  })
  expect(put.status).toBe(200)
  const read = await send('GET', `/Binary/${created.id}`)
  const photo = [{ url: `Binary/${created.id}` }]
  await send('PUT', '/Patient/p', { resourceType: 'Patient', id: 'p', photo })
  const patient = (await send('GET', '/Patient/p', undefined, PREFER)) as unknown as { readonly photo: typeof photo }
  const graphql = await fetch(world.graphqlUrl, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: token, ...PREFER },
    body: JSON.stringify({ query: '{ Patient(id: "p") { photo { url } } }' }),
  })
  const { data } = (await graphql.json()) as { readonly data: { readonly Patient: { readonly photo: typeof photo } } }
  for (const url of [read.presignedGetUrl, patient.photo[0]?.url, data.Patient.photo[0]?.url]) {
    const got = await fetch(String(url))
    expect([got.status, Buffer.from(await got.arrayBuffer()).equals(BYTES)]).toEqual([200, true])
    const part = await fetch(String(url), { headers: { Range: 'bytes=-2' } })
    expect([part.status, await part.bytes()]).toEqual([206, new Uint8Array([7, 7])])
  }
})

test('what is no such URL, or was made another one, tells nothing', async () => {
  const { presignedPutUrl: url = '' } = await send('POST', '/Binary', {
    ...{ resourceType: 'Binary', contentType: 'image/png' },
  })
  for (const wrong of [`${url.slice(0, -2)}xx`, url.replace('/west/', '/east/'), `${world.baseUrl}/_objects/west`]) {
    expect((await fetch(wrong, { method: 'PUT', headers: { 'Content-Type': 'image/png' }, body: BYTES })).status).toBe(
      404,
    )
  }
  expect((await fetch(url)).status).toBe(403)
  expect((await fetch(url, { method: 'DELETE' })).status).toBe(405)
  expect((await fetch(`${world.baseUrl}/Patient/p`)).status).toBe(401)
})
