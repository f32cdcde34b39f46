/** Attachments that name Binaries, given with URLs of the bytes to whoever asks and may see them; what comes back. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createResolversDoor } from '#resolvers/door.ts'
import { type AccessPolicy, ALLOW_ALL } from '#service/index.ts'
import { appsyncEvent } from '#test/support/appsync-events.ts'
import { restCall } from '#test/support/rest-request.ts'
import { BASE_URL, openRestWorld, type RestParts, type RestWorld } from '#test/support/rest-world.ts'

const ADMIN = restCall({ caller: { subject: 'admin' } })
const GUEST = restCall({ caller: { subject: 'guest' } })
const CLERK = restCall({ caller: { subject: 'clerk' } })

/** A guest sees no Patient/hidden, and a clerk may read no Binaries at all. */
const POLICY: AccessPolicy = {
  ...ALLOW_ALL,
  permits: ({ caller }, interaction, type) =>
    !(caller.subject === 'clerk' && type === 'Binary' && (interaction === 'read' || interaction === 'vread')),
  visible: ({ caller }, type) =>
    type === 'Patient' && caller.subject === 'guest'
      ? { kind: 'not', node: { kind: 'id', ids: ['hidden'] } }
      : { kind: 'everything' },
}

const PREFER = { prefer: 'attachment-urls=presigned' }
const NAMES = [
  'Binary/small',
  'Binary/hidden',
  `${BASE_URL}/Binary/small`,
  'Binary/small/_history/1',
  'Binary/none',
  'https://a.example/Binary/small',
]

const DOCUMENT = {
  resourceType: 'DocumentReference',
  id: 'd',
  status: 'current',
  extension: [{ url: 'Binary/small', valueUrl: 'Binary/small' }],
  content: NAMES.map(url => ({ attachment: { contentType: 'text/plain', url } })),
}

interface Attaching {
  readonly content: readonly { readonly attachment: { readonly url: string } }[]
}

const urlsOf = (document: unknown): readonly string[] =>
  (document as Attaching).content.map(({ attachment }) => attachment.url)

/** Which of the names are given by URLs: the text that each stands for, else undefined. */
const given = (document: unknown): readonly (string | undefined)[] => urlsOf(document).map(url => url.split('#')[1])

const SEEN = NAMES.map((name, index) => (index < 4 ? name : undefined))
const SEEN_BY_GUEST = SEEN.map(name => (name === 'Binary/hidden' ? undefined : name))
const NONE = NAMES.map(() => undefined)

let world: RestWorld

async function fill(to: RestWorld): Promise<void> {
  const text = (body: string, more = {}) => ({ headers: { 'content-type': 'text/plain', ...more }, body, call: ADMIN })
  await to.send('PUT /Patient/hidden', { body: { resourceType: 'Patient', id: 'hidden' }, call: ADMIN })
  await to.send('PUT /Binary/small', text('first'))
  await to.send('PUT /Binary/small', text('second'))
  await to.send('PUT /Binary/hidden', text('secret', { 'x-security-context': 'Patient/hidden' }))
  await to.send('PUT /DocumentReference/d', { body: DOCUMENT, call: ADMIN })
}

beforeAll(async () => {
  world = await openRestWorld({ policy: POLICY, binaries: { attachmentUrls: 'on-request' } })
  await fill(world)
})

afterAll(() => world.close())

const ask = async (line: string, call = ADMIN, parts: RestParts = {}) =>
  (await world.send(line, { ...parts, call, headers: { ...PREFER, ...parts.headers } })).body

/** The document in an answer, however deep. */
function find(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if ('resourceType' in value && value.resourceType === 'DocumentReference') return value
  return Object.values(value)
    .map(find)
    .find(found => found !== undefined)
}

const batch = (url: string) => ({
  body: { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url } }] },
})

const WAYS: readonly { readonly line: string; readonly parts?: RestParts }[] = [
  { line: 'GET /DocumentReference/d' },
  { line: 'GET /DocumentReference/d/_history/1' },
  { line: 'GET /DocumentReference?_id=d' },
  { line: 'GET /DocumentReference/d/_history' },
  { line: 'GET /_history' },
  { line: 'POST /', parts: batch('DocumentReference/d') },
  { line: 'POST /', parts: batch('DocumentReference?_id=d') },
]

describe('a resource with Attachments', () => {
  test.each(WAYS)('$line $parts', async ({ line, parts }) => {
    world.clock.advance(world.historyLagMs)
    expect(given(find(await ask(line, ADMIN, parts)))).toEqual(SEEN)
    // What one may not see stays as it is named, and what one may not read at all as well.
    expect(given(find(await ask(line, GUEST, parts)))).toEqual(SEEN_BY_GUEST)
    expect(given(find(await ask(line, CLERK, parts)))).toEqual(NONE)
    const unasked = await world.send(line, { ...parts, call: ADMIN })
    expect(urlsOf(find(unasked.body))).toEqual(NAMES)
    const { extension } = find(await ask(line, ADMIN, parts)) as typeof DOCUMENT
    expect(extension).toEqual(DOCUMENT.extension)
  })

  test('in GraphQL, by its id, in a list, and behind a reference', async () => {
    const list = { resourceType: 'List', id: 'l', status: 'current', mode: 'working' }
    await world.send('PUT /List/l', {
      body: { ...list, entry: [{ item: { reference: 'DocumentReference/d' } }] },
      call: ADMIN,
    })
    const fields = '{ resourceType content { attachment { url } } }'
    for (const query of [
      `{ DocumentReference(id: "d") ${fields} }`,
      `{ DocumentReferenceList(_id: "d") ${fields} }`,
      `{ List(id: "l") { entry { item { resource { ... on DocumentReference ${fields} } } } } }`,
    ]) {
      const line = `GET /$graphql?query=${encodeURIComponent(query)}`
      expect([query, given(find(await ask(line)))]).toEqual([query, SEEN])
      expect([query, given(find(await ask(line, GUEST)))]).toEqual([query, SEEN_BY_GUEST])
      expect([query, urlsOf(find((await world.send(line, { call: ADMIN })).body))]).toEqual([query, NAMES])
    }
  })

  test('on AppSync, by the header of the client that comes with the event', async () => {
    const event = appsyncEvent('Query', 'DocumentReference', {
      arguments: { id: 'd' },
      selection: '{ resourceType content { attachment { url } } }',
    })
    const door = createResolversDoor(world.service)
    const call = { ...ADMIN, door: 'graphql' } as const
    expect(given(find(await door({ ...event, request: { headers: PREFER } }, call)))).toEqual(SEEN)
    expect(urlsOf(find(await door(event, call)))).toEqual(NAMES)
    const item = { ...appsyncEvent('Reference', 'resource', { selection: event.info.selectionSetGraphQL }) }
    const nested = { ...item, source: { reference: 'DocumentReference/d' }, request: { headers: PREFER } }
    expect(given(find(await door([nested], call)))).toEqual(SEEN)
  })

  test('the URLs lead to the bytes, of the version that is named, without a login, for minutes', async () => {
    // S3 reckons by another clock, and is asked in the tests of its adapter.
    if (world.over === 'engines') return
    const read = urlsOf(await ask('GET /DocumentReference/d'))
    const ours = `${BASE_URL}/_objects/default/`
    expect(read.map(url => url.startsWith(ours))).toEqual([true, true, true, true, false, false])
    const get = async (url: string | undefined) => {
      const { status, headers, body } = await world.answer(`GET ${url?.slice(BASE_URL.length).replace(/#.*/, '')}`)
      return [status, headers['Content-Type'], body]
    }
    expect(await Promise.all(read.slice(0, 4).map(get))).toEqual(
      ['second', 'secret', 'second', 'first'].map(text => [200, 'text/plain', text]),
    )
    world.clock.advance(301_000)
    expect((await get(read[0]))[0]).toBe(404)
  })

  test('nobody keeps such an answer, and it is whole whatever the client has kept', async () => {
    const first = await world.answer('GET /DocumentReference/d', { headers: PREFER, call: ADMIN })
    expect(first.headers['Preference-Applied']).toBe('attachment-urls=presigned')
    const again = { ...PREFER, 'if-none-match': String(first.headers.ETag) }
    expect((await world.answer('GET /DocumentReference/d', { headers: again, call: ADMIN })).status).toBe(200)
  })
})

test.each([
  ['PUT /DocumentReference/w', (body: object) => ({ body })],
  [
    'POST /',
    (resource: object) => ({
      body: {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [{ resource, request: { method: 'PUT', url: 'DocumentReference/w' } }],
      },
    }),
  ],
  [
    'PATCH /DocumentReference/w',
    ({ content }: Attaching) => ({
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ content }),
    }),
  ],
])('what was read and is written back is what was stored: %s', async (line, partsOf) => {
  await world.send('PUT /DocumentReference/w', { body: { ...DOCUMENT, id: 'w' }, call: ADMIN })
  const read = (await ask('GET /DocumentReference/w')) as Attaching
  expect(given(read)).toEqual(SEEN)
  const written = await world.send(line, { call: ADMIN, ...partsOf({ ...read }) })
  expect([200, 201]).toContain(written.status)
  const stored = (await world.send('GET /DocumentReference/w', { call: ADMIN })).body
  expect(urlsOf(stored)).toEqual(NAMES)
  // Without what stands behind it, it is the Binary.
  const cut = read.content.map(({ attachment }) => ({ attachment: { url: attachment.url.replace(/#.*/, '') } }))
  await world.send('PUT /DocumentReference/w', { body: { ...read, content: cut }, call: ADMIN })
  expect(urlsOf((await world.send('GET /DocumentReference/w', { call: ADMIN })).body)).toEqual(
    NAMES.map((name, index) => (index < 4 ? `Binary/${name.includes('hidden') ? 'hidden' : 'small'}` : name)),
  )
})

test('a fragment that names another Binary is not believed', async () => {
  const [url = ''] = urlsOf(await ask('GET /DocumentReference/d'))
  const content = [{ attachment: { url: url.replace(/#.*/, '#Binary/hidden') } }]
  await world.send('PUT /DocumentReference/x', { body: { ...DOCUMENT, id: 'x', content }, call: ADMIN })
  const { body } = await world.send('GET /DocumentReference/x', { call: ADMIN })
  expect(urlsOf(body)).toEqual(['Binary/small'])
})

test('where it is not offered nothing changes, whoever asks', async () => {
  const plain = await openRestWorld({ policy: POLICY })
  await fill(plain)
  const asked = await plain.answer('GET /DocumentReference/d', { headers: PREFER, call: ADMIN })
  expect(asked).toEqual(await plain.answer('GET /DocumentReference/d', { call: ADMIN }))
  expect(urlsOf(JSON.parse(asked.body))).toEqual(NAMES)
  await plain.close()
})
