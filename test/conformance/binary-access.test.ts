/** R4 binary.html, securityContext: who may not see that resource has no way to the Binary, be it by writing. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AccessPolicy, ALLOW_ALL } from '#service/index.ts'
import { restCall } from '#test/support/rest-request.ts'
import { BASE_URL, openRestWorld, type RestWorld } from '#test/support/rest-world.ts'

const ADMIN = restCall({ caller: { subject: 'admin' } })
const GUEST = restCall({ caller: { subject: 'guest' } })

const HIDING: AccessPolicy = {
  ...ALLOW_ALL,
  visible: (call, type) =>
    type === 'Patient' && call.caller.subject === 'guest'
      ? { kind: 'not', node: { kind: 'id', ids: ['hidden'] } }
      : { kind: 'everything' },
}

const SECRET = 'a secret of the patient'
const TEXT = { 'content-type': 'text/plain' }
const MERGE = { 'content-type': 'application/merge-patch+json' }
const PATCH = { language: 'de' }
const META = { resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: { tag: [{ code: 'x' }] } }] }

let world: RestWorld

beforeEach(async () => {
  world = await openRestWorld({ policy: HIDING, hardDelete: 'offered' })
  await world.send('PUT /Patient/hidden', { body: { resourceType: 'Patient', id: 'hidden' }, call: ADMIN })
  const headers = { ...TEXT, 'x-security-context': 'Patient/hidden' }
  await world.send('PUT /Binary/hidden', { headers, body: SECRET, call: ADMIN })
})

afterEach(() => world.close())

const bundle = (type: 'batch' | 'transaction', method: string, resource?: object) => ({
  body: {
    resourceType: 'Bundle',
    type,
    entry: [{ request: { method, url: 'Binary/hidden' }, ...(resource && { resource }) }],
  },
})

const BINARY = { resourceType: 'Binary', id: 'hidden', contentType: 'text/plain' }
const PATCH_ENTRY = {
  resourceType: 'Binary',
  contentType: 'application/merge-patch+json',
  data: Buffer.from(JSON.stringify(PATCH)).toString('base64'),
}

test.each<[line: string, parts: object, status: number]>([
  ['PUT /Binary/hidden', { headers: TEXT, body: 'mine' }, 403],
  ['PUT /Binary/hidden', { headers: { 'if-match': 'W/"7"' }, body: BINARY }, 403],
  [
    'PATCH /Binary/hidden',
    { headers: { ...MERGE, prefer: 'return=representation' }, body: JSON.stringify(PATCH) },
    403,
  ],
  ['DELETE /Binary/hidden', {}, 403],
  ['PATCH /Binary?_id=hidden', { headers: MERGE, body: JSON.stringify(PATCH) }, 404],
  ['GET /Binary/hidden/$meta', {}, 404],
  ['POST /Binary/hidden/$meta-add', { body: META }, 403],
  ['POST /Binary/hidden/$erase', {}, 404],
  ['POST /', bundle('transaction', 'PUT', BINARY), 403],
  ['POST /', bundle('transaction', 'PATCH', PATCH_ENTRY), 403],
  ['POST /', bundle('transaction', 'DELETE'), 403],
])('%s', async (line, parts, status) => {
  const { body, ...answer } = await world.send(line, { ...parts, call: GUEST })
  expect(answer.status).toBe(status)
  expect(JSON.stringify(body)).not.toContain(Buffer.from(SECRET).toString('base64'))
  expect((await world.answer('GET /Binary/hidden', { call: ADMIN })).body).toBe(SECRET)
})

test.each(['Patient/hidden#part', 'Patient/hidden/_history/1', `${BASE_URL}/Patient/hidden`])(
  'a securityContext written as %s hides, too',
  async securityContext => {
    const headers = { ...TEXT, 'x-security-context': securityContext }
    expect(await world.send('PUT /Binary/other', { headers, body: SECRET, call: ADMIN })).toMatchObject({ status: 201 })
    expect(await world.send('GET /Binary/other', { call: GUEST })).toMatchObject({ status: 404 })
  },
)

test('one version of it is not included either', async () => {
  const body = {
    resourceType: 'List',
    id: 'l',
    status: 'current',
    mode: 'working',
    entry: [{ item: { reference: 'Binary/hidden/_history/1' } }],
  }
  await world.send('PUT /List/l', { body, call: ADMIN })
  const text = (call: typeof GUEST) => world.text('GET /List?_id=l&_include=List:item', { call })
  const data = Buffer.from(SECRET).toString('base64')
  expect([(await text(ADMIN)).includes(data), (await text(GUEST)).includes(data)]).toEqual([true, false])
})

test('it is not told that it has been deleted', async () => {
  await world.send('DELETE /Binary/hidden', { call: ADMIN })
  const ways = ['', '/_history/1', '/_history/2', '/_history']
  const statuses = (call: typeof GUEST) =>
    Promise.all(ways.map(async way => (await world.answer(`GET /Binary/hidden${way}`, { call })).status))
  expect([await statuses(ADMIN), await statuses(GUEST)]).toEqual([
    [410, 200, 410, 200],
    [404, 404, 404, 404],
  ])
  expect(await world.text('GET /_history', { call: GUEST })).not.toContain('Binary/hidden')
})
