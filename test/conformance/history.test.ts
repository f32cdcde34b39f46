/** R4 http.html#history */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BERG, SHAW } from '#test/support/patients.ts'
import { BASE_URL, FHIR_TYPE, openRestWorld, type RestWorld, refused, stamped } from '#test/support/rest-world.ts'

let world: RestWorld

/** Patient/a: created, updated, deleted, a second apart. Patient/b: created after that. */
beforeAll(async () => {
  world = await openRestWorld()
  await world.send('PUT /Patient/a', { body: { ...SHAW, id: 'a' } })
  world.clock.advance(1000)
  await world.send('PUT /Patient/a', { body: { ...SHAW, id: 'a', active: false } })
  world.clock.advance(1000)
  await world.send('DELETE /Patient/a')
  world.clock.advance(1000)
  await world.send('POST /Patient', { body: BERG })
  // Of a store of many machines, the histories of types and the system end where nothing can come to be any more.
  world.clock.advance(world.historyLagMs)
})

afterAll(() => world.close())

const response = (status: string, version: number, lastModified: string) => ({
  status,
  etag: `W/"${version}"`,
  lastModified,
})

const put = { method: 'PUT', url: 'Patient/a' }
const CREATED = {
  fullUrl: `${BASE_URL}/Patient/a`,
  resource: stamped(SHAW, { id: 'a', version: 1 }),
  request: put,
  response: response('201 Created', 1, '2024-02-29T12:00:00.000Z'),
}
const UPDATED = {
  fullUrl: `${BASE_URL}/Patient/a`,
  resource: stamped({ ...SHAW, active: false }, { id: 'a', version: 2, afterMs: 1000 }),
  request: put,
  response: response('200 OK', 2, '2024-02-29T12:00:01.000Z'),
}
const DELETED = {
  fullUrl: `${BASE_URL}/Patient/a`,
  request: { method: 'DELETE', url: 'Patient/a' },
  response: response('204 No Content', 3, '2024-02-29T12:00:02.000Z'),
}
const POSTED = {
  fullUrl: `${BASE_URL}/Patient/id-1`,
  resource: stamped(BERG, { id: 'id-1', version: 1, afterMs: 3000 }),
  request: { method: 'POST', url: 'Patient' },
  response: response('201 Created', 1, '2024-02-29T12:00:03.000Z'),
}

const self = (url: string) => [{ relation: 'self', url: `${BASE_URL}${url}` }]

test('of an instance: its versions, newest first', async () => {
  expect(await world.send('GET /Patient/a/_history')).toEqual({
    status: 200,
    headers: FHIR_TYPE,
    body: {
      resourceType: 'Bundle',
      type: 'history',
      total: 3,
      link: self('/Patient/a/_history'),
      entry: [DELETED, UPDATED, CREATED],
    },
  })
})

test.each(['/Patient/_history', '/_history'])('of the type or the system: %s', async url => {
  expect(await world.send(`GET ${url}`)).toMatchObject({
    status: 200,
    body: { type: 'history', link: self(url), entry: [POSTED, DELETED, UPDATED, CREATED] },
  })
})

test('_since leaves out what is older', async () => {
  const { body } = await world.send('GET /Patient/a/_history?_since=2024-02-29T12:00:01Z')
  expect(body).toMatchObject({ entry: [DELETED, UPDATED] })
  expect(body).not.toMatchObject({ entry: { length: 3 } })
})

describe('_at: what was current then', () => {
  // a: version 1 at 12:00:00, 2 at :01, deleted at :02; b: created at :03
  test.each([
    ['2024-02-29T12:00:00Z', [CREATED], [CREATED]],
    ['2024-02-29T12:00:01.5Z', [UPDATED], [UPDATED]],
    ['2024-02-29T12:00:02Z', [DELETED], [DELETED]],
    ['2024-02-29T12:00:04Z', [DELETED], [POSTED, DELETED]],
    ['2024-02-29T12:00', [DELETED, UPDATED, CREATED], [POSTED, DELETED, UPDATED, CREATED]],
    ['2024', [DELETED, UPDATED, CREATED], [POSTED, DELETED, UPDATED, CREATED]],
    ['2025-01-01', [DELETED], [POSTED, DELETED]],
    ['2024-02-29T13:00:00.250+01:00', [CREATED], [CREATED]],
    ['2023', undefined, undefined],
  ])('%s', async (at, ofInstance, ofType) => {
    for (const [path, expected] of [
      ['/Patient/a/_history', ofInstance],
      ['/Patient/_history', ofType],
      ['/_history', ofType],
    ] as const) {
      const { status, body } = await world.send(`GET ${path}?_at=${encodeURIComponent(at)}`)
      expect({ status, entry: (body as Page).entry }).toEqual({ status: 200, entry: expected })
    }
  })

  test('page by page', async () => {
    const entries: unknown[] = []
    let url: string | undefined = `${BASE_URL}/_history?_at=2024-02-29T12:00:04Z&_count=1`
    while (url !== undefined) {
      const page = (await world.send(`GET ${url.slice(BASE_URL.length)}`)).body as Page
      entries.push(...(page.entry ?? []))
      url = page.link.find(link => link.relation === 'next')?.url
    }
    expect(entries).toEqual([POSTED, DELETED])
  })

  test('is a date or a time', async () => {
    expect(await world.send('GET /_history?_at=yesterday')).toEqual(
      refused(
        400,
        'value',
        "_at must be a date or time such as 2024-02 or 2024-02-29T12:00:00Z, not 'yesterday'",
        '_at',
      ),
    )
  })
})

interface Page {
  readonly link: readonly { readonly relation: string; readonly url: string }[]
  readonly entry?: readonly unknown[]
}

test('pages follow each other to the end', async () => {
  const entries: unknown[] = []
  let url: string | undefined = `${BASE_URL}/Patient/a/_history?_count=2`
  while (url !== undefined) {
    const page = (await world.send(`GET ${url.slice(BASE_URL.length)}`)).body as Page
    entries.push(page.entry)
    url = page.link.find(link => link.relation === 'next')?.url
  }
  expect(entries).toEqual([[DELETED, UPDATED], [CREATED]])
})

test('page links carry _format and _pretty, in the self link as well', async () => {
  const { body } = await world.send('GET /Patient/a/_history?_format=json&_count=2&_pretty=true')
  const [self, next] = (body as Page).link
  expect(self?.url).toBe(`${BASE_URL}/Patient/a/_history?_count=2&_format=json&_pretty=true`)
  expect(next?.url).toMatch(/_history\?_count=2&_cursor=[^&]+&_format=json&_pretty=true$/)
  expect((await world.send(`GET ${next?.url.slice(BASE_URL.length)}`)).body).toMatchObject({ entry: [CREATED] })
})

test('of what never was: not found', async () => {
  expect(await world.send('GET /Patient/nobody/_history')).toMatchObject({ status: 404 })
})

test('a deleted version by its number: gone, and the one before is there', async () => {
  expect(await world.send('GET /Patient/a/_history/3')).toMatchObject({ status: 410 })
  expect(await world.send('GET /Patient/a/_history/2')).toMatchObject({ status: 200, body: { active: false } })
  expect(await world.send('GET /Patient/a/_history/4')).toMatchObject({ status: 404 })
})
