/** The life of a Binary as clients of FHIR Works on AWS know it: bytes come and go by URLs, given as plain members. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ObjectStore } from '#service/ports/object-store.ts'
import { type ObjectsWorld, objectsWorld } from '#test/support/objects-world.ts'
import { BASE_URL } from '#test/support/rest-world.ts'

const LARGE = 'abcdefghij'.repeat(5_000)

interface Body {
  readonly id: string
  readonly data?: string
  readonly presignedPutUrl?: string
  readonly presignedGetUrl?: string
}

export function binaryUrlsSuite(engine: string, open: () => Promise<ObjectStore>): void {
  describe(`URLs of bytes as plain members, ${engine}`, () => {
    let world: ObjectsWorld
    beforeAll(async () => {
      world = objectsWorld(await open(), { urls: 'members' })
    })
    afterAll(() => world.close())

    /** What a client does with a URL, which is the store's or the gateway's. */
    async function use(method: 'GET' | 'PUT', url: string | undefined, body?: string, type = 'text/plain') {
      if (url === undefined) throw new Error('There is no URL')
      const headers = body === undefined ? {} : { 'content-type': type }
      if (url.startsWith(BASE_URL)) {
        const line = `${method} ${url.slice(BASE_URL.length)}`
        return world.answer(line, { headers, ...(body !== undefined && { body }) })
      }
      const answer = await fetch(url, { method, headers, ...(body !== undefined && { body }) })
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() }
    }
    const AXIOS = { accept: 'application/json, text/plain, */*', 'content-type': 'application/json' }
    const send = async (line: string, body?: object) => {
      const answer = await world.send(line, { headers: AXIOS, ...(body && { body }) })
      return { status: answer.status, body: answer.body as Body }
    }

    test('created without bytes, uploaded, read, updated, deleted, erased, swept', async () => {
      const resource = { resourceType: 'Binary', contentType: 'text/plain' }
      const created = await send('POST /Binary', resource)
      const { id, presignedPutUrl: first } = created.body
      expect(created).toEqual({
        status: 201,
        body: { ...resource, id, meta: expect.anything(), presignedPutUrl: expect.stringMatching(/^https?:/) },
      })
      expect((await send(`GET /Binary/${id}`)).status).toBe(404)
      expect((await use('PUT', first, `1${LARGE}`)).status).toBe(200)
      const read = await send(`GET /Binary/${id}`)
      expect(read).toEqual({
        status: 200,
        body: { ...resource, id, meta: expect.anything(), presignedGetUrl: expect.stringMatching(/^https?:/) },
      })
      expect(await use('GET', read.body.presignedGetUrl)).toMatchObject({ status: 200, body: `1${LARGE}` })
      // What was read is sent back: the members are no part of the resource.
      const updated = await send(`PUT /Binary/${id}`, { ...read.body, language: 'de' })
      expect(updated).toMatchObject({ status: 200, body: { language: 'de', meta: { versionId: '2' } } })
      expect([updated.body.presignedGetUrl, updated.body.presignedPutUrl === first]).toEqual([undefined, false])
      expect((await send(`GET /Binary/${id}`)).status).toBe(404)
      expect((await use('PUT', updated.body.presignedPutUrl, `2${LARGE}`)).status).toBe(200)
      for (const [path, text] of [
        ['/_history/1', `1${LARGE}`],
        ['/_history/2', `2${LARGE}`],
        ['', `2${LARGE}`],
      ] as const) {
        const { body } = await send(`GET /Binary/${id}${path}`)
        expect([path, (await use('GET', body.presignedGetUrl)).body === text]).toEqual([path, true])
      }
      const png = { accept: 'text/plain' }
      expect((await world.answer(`GET /Binary/${id}`, { headers: png })).body).toBe(`2${LARGE}`)
      expect((await send(`DELETE /Binary/${id}`)).status).toBe(204)
      expect((await send(`GET /Binary/${id}`)).status).toBe(410)
      expect((await send(`GET /Binary/${id}/_history/2`)).status).toBe(200)
      expect((await send(`POST /Binary/${id}/$erase`)).status).toBe(200)
      expect(await world.objectsOf(id)).toBe(0)
      // The URL is good for some minutes still: what comes by it now is nobody's.
      expect((await use('PUT', updated.body.presignedPutUrl, LARGE)).status).toBe(200)
      expect(await world.objectsOf(id)).toBe(1)
      await world.sweep()
      expect(await world.objectsOf(id)).toBe(0)
    })

    test('data that is sent is kept, and may be replaced by the URL', async () => {
      const data = Buffer.from('hello').toString('base64')
      const { body } = await send('POST /Binary', { resourceType: 'Binary', contentType: 'text/plain', data })
      expect([body.data, typeof body.presignedPutUrl]).toEqual([undefined, 'string'])
      const get = async () => (await use('GET', (await send(`GET /Binary/${body.id}`)).body.presignedGetUrl)).body
      expect(await get()).toBe('hello')
      expect((await use('PUT', body.presignedPutUrl, 'other')).status).toBe(200)
      expect(await get()).toBe('other')
    })

    test('a URL is for one thing', async () => {
      const { body } = await send('POST /Binary', { resourceType: 'Binary', contentType: 'text/plain' })
      const put = body.presignedPutUrl
      expect([403, 415]).toContain((await use('PUT', put, 'x', 'text/html')).status)
      expect((await use('PUT', put, 'x')).status).toBe(200)
      expect((await use('GET', put)).status).toBe(403)
      const get = (await send(`GET /Binary/${body.id}`)).body.presignedGetUrl
      expect((await use('PUT', get, 'y')).status).toBe(403)
    })

    test('in XML it tells the same by extensions, since R4 knows no such members', async () => {
      const xml = { accept: 'application/fhir+xml' }
      const resource = { resourceType: 'Binary', id: 'xml', contentType: 'text/plain' }
      const written = await world.answer('PUT /Binary/xml', { headers: xml, body: resource })
      expect(written.status).toBe(201)
      const put = /presigned-put-url"><valueUrl value="([^"]+)"/.exec(written.body)?.[1]
      expect((await use('PUT', put?.replaceAll('&amp;', '&'), 'x')).status).toBe(200)
      const read = await world.answer('GET /Binary/xml', { headers: xml })
      const get = /presigned-get-url"><valueUrl value="([^"]+)"/.exec(read.body)?.[1]
      expect((await use('GET', get?.replaceAll('&amp;', '&'))).body).toBe('x')
    })

    test('in a Bundle it is what R4 knows', async () => {
      const data = Buffer.from('hello').toString('base64')
      const { body } = await send('POST /Binary', { resourceType: 'Binary', contentType: 'text/plain', data })
      const entry = [{ request: { method: 'GET', url: `Binary/${body.id}` } }]
      const bundle = await world.send('POST /', { body: { resourceType: 'Bundle', type: 'batch', entry } })
      expect(bundle.body).toMatchObject({ entry: [{ resource: { data } }] })
      const bare = { resource: { resourceType: 'Binary', contentType: 'text/plain' } }
      const writing = { ...bare, request: { method: 'POST', url: 'Binary' } }
      const prefer = { prefer: 'return=representation' }
      const transaction = { resourceType: 'Bundle', type: 'transaction', entry: [writing] }
      // Nobody would be told where to put its bytes: it has none.
      const written = (await world.send('POST /', { headers: prefer, body: transaction })).body
      expect(JSON.stringify(written)).not.toMatch(/presigned|binary-object/)
    })
  })
}
