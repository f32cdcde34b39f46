/** Two policies that hide resources, held against every way to get at one. */
import { beforeEach, describe, expect, test } from 'vitest'
import { testCallOf } from '#test/support/test-call.ts'
import {
  at,
  faultOf,
  jsonOf,
  oneFault,
  runBundle,
  statusesOf,
  type TestWorld,
  testDefinitions,
  testWorld,
} from '#test/support/test-world.ts'
import type { Call } from '../call.ts'
import type { Revealed, SearchResult } from '../fhir-service.ts'
import { invariant } from '../invariant.ts'
import { parseQueryString } from '../query-string.ts'
import type { JsonObject } from '../resource/content.ts'
import type { Node } from '../search/ast.ts'
import type { AccessPolicy } from './policy.ts'
import { readMany } from './read-many.ts'

const admin = testCallOf({ subject: 'admin' })
const guest = testCallOf({ subject: 'guest' })

const isAdmin = (call: Call) => call.caller.subject === 'admin'

function security(type: string): Node {
  const parameter = testDefinitions.for(admin.tenant).searchParameters(type).get('_security')
  invariant(parameter, 'every type has _security')
  return { kind: 'token', parameter, system: 'urn:labels', code: 'secret' }
}

const labelled: AccessPolicy = {
  permits: (call, interaction) => isAdmin(call) || interaction !== 'delete',
  visible: (call, type) => (isAdmin(call) ? { kind: 'everything' } : { kind: 'not', node: security(type) }),
}

const compartment: AccessPolicy = {
  permits: () => true,
  visible: call => (isAdmin(call) ? { kind: 'everything' } : { kind: 'compartment', compartment: 'Patient/open' }),
}

const SECRET = { meta: { security: [{ system: 'urn:labels', code: 'secret' }] } }

/**
 * Patient/open and its Observation/open are visible under both policies, Patient/secret and Observation/secret under
 * none.
 */
const observation = (subject: string) => ({
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${subject}` },
})

async function fill({ service }: TestWorld): Promise<void> {
  const put = (type: string, id: string, more: object) =>
    service.update(admin, { type, id, content: { resourceType: type, id, ...more } })
  await put('Patient', 'open', { gender: 'other' })
  await put('Patient', 'secret', { gender: 'other', identifier: [{ value: 'x' }], ...SECRET })
  await put('Observation', 'open', observation('open'))
  await put('Observation', 'secret', { ...observation('secret'), ...SECRET })
}

const idsOf = (versions: readonly Revealed[]) => versions.map(({ type, id }) => `${type}/${id}`)
const both = ({ matches, includes }: SearchResult) => [idsOf(matches), idsOf(includes)]

describe.each([
  ['labels', labelled],
  ['a compartment', compartment],
])('hidden by %s', (_what, policy) => {
  let world: TestWorld
  beforeEach(async () => {
    world = testWorld({ policy })
    await fill(world)
  })
  const search = (call: Call, query: string) => {
    const [type = '', parameters = ''] = query.split('?')
    return world.service.search(call, { type, parameters: parseQueryString(parameters) })
  }

  test('read and vread answer as if it were not there', async () => {
    const { service } = world
    expect((await service.read(admin, { type: 'Patient', id: 'secret' })).kind).toBe('found')
    expect((await service.read(guest, { type: 'Patient', id: 'open' })).kind).toBe('found')
    expect(await faultOf(service.read(guest, { type: 'Patient', id: 'secret' }))).toEqual(
      oneFault('not-found', 'not-found', 'There is no Patient/secret'),
    )
    expect(await faultOf(service.vread(guest, { type: 'Patient', id: 'secret', versionId: '1' }))).toEqual(
      oneFault('not-found', 'not-found', "There is no version '1' of Patient/secret"),
    )
  })

  test('its tombstone is hidden as it was itself', async () => {
    const { service } = world
    await service.delete(admin, { type: 'Patient', id: 'secret' })
    await service.delete(admin, { type: 'Observation', id: 'open' })
    expect((await faultOf(service.read(guest, { type: 'Patient', id: 'secret' }))).category).toBe('not-found')
    expect((await faultOf(service.read(admin, { type: 'Patient', id: 'secret' }))).category).toBe('gone')
    expect((await faultOf(service.read(guest, { type: 'Observation', id: 'open' }))).category).toBe('gone')
    const history = await service.history(guest, { parameters: [] })
    expect(history.versions.map(({ type, id, versionId }) => `${type}/${id}/${versionId}`)).toEqual([
      'Observation/open/2',
      'Observation/open/1',
      'Patient/open/1',
    ])
  })

  test('history leaves it out, and the total with it', async () => {
    const { service } = world
    const all = await service.history(admin, { type: 'Patient', parameters: [] })
    expect([all.versions.map(({ id }) => id), all.total]).toEqual([['secret', 'open'], 2])
    const some = await service.history(guest, { type: 'Patient', parameters: [['_count', '1']] })
    expect([some.versions.map(({ id }) => id), some.total, some.next]).toEqual([['open'], undefined, undefined])
    const secret = { type: 'Patient', id: 'secret', parameters: [] }
    expect(await faultOf(service.history(guest, secret))).toEqual(
      oneFault('not-found', 'not-found', 'There is no Patient/secret'),
    )
  })

  test('search does not find it, nor count it', async () => {
    expect(both(await search(guest, 'Patient?gender=other'))).toEqual([['Patient/open'], []])
    expect((await search(guest, 'Patient?gender=other&_total=accurate&_count=1')).total).toBe(1)
    expect((await search(guest, 'Patient?_summary=count')).total).toBe(1)
    expect((await search(admin, 'Patient?_summary=count')).total).toBe(2)
    expect(both(await search(guest, 'Patient?_id=secret'))).toEqual([[], []])
  })

  test('chains and reverse chains do not lead through it', async () => {
    const { service } = world
    // Visible itself under both policies, and pointing at what is not.
    const performer = [{ reference: 'Patient/secret' }]
    const content = { resourceType: 'Observation', id: 'mixed', ...observation('open'), performer }
    await service.update(admin, { type: 'Observation', id: 'mixed', content })
    expect(both(await search(guest, 'Observation?_id=mixed'))[0]).toEqual(['Observation/mixed'])
    expect(both(await search(guest, 'Observation?performer:Patient.gender=other'))[0]).toEqual([])
    expect(both(await search(admin, 'Observation?performer:Patient.gender=other'))[0]).toEqual(['Observation/mixed'])
    expect(both(await search(guest, 'Patient?_has:Observation:performer:status=final'))[0]).toEqual([])
    // Observation/secret is hidden: that it points at Patient/open must not show.
    await service.update(admin, {
      type: 'Observation',
      id: 'other',
      content: {
        resourceType: 'Observation',
        id: 'other',
        ...observation('secret'),
        ...SECRET,
        focus: [{ reference: 'Patient/open' }],
      },
    })
    expect(both(await search(guest, 'Patient?_has:Observation:focus:status=final'))[0]).toEqual([])
    expect(both(await search(admin, 'Patient?_has:Observation:focus:status=final'))[0]).toEqual(['Patient/open'])
  })

  test('includes and reverse includes do not bring it', async () => {
    const { service } = world
    const performer = [{ reference: 'Patient/secret' }]
    const content = { resourceType: 'Observation', id: 'mixed', ...observation('open'), performer }
    await service.update(admin, { type: 'Observation', id: 'mixed', content })
    const include = 'Observation?_id=mixed&_include=Observation:performer'
    expect(both(await search(guest, include))).toEqual([['Observation/mixed'], []])
    expect(both(await search(admin, include))).toEqual([['Observation/mixed'], ['Patient/secret']])
    await service.update(admin, {
      type: 'Observation',
      id: 'other',
      content: {
        resourceType: 'Observation',
        id: 'other',
        ...observation('secret'),
        ...SECRET,
        focus: [{ reference: 'Patient/open' }],
      },
    })
    const reverse = 'Patient?_id=open&_revinclude=Observation:focus'
    expect(both(await search(guest, reverse))).toEqual([['Patient/open'], []])
    expect(both(await search(admin, reverse))).toEqual([['Patient/open'], ['Observation/other']])
  })

  test('readMany leaves it undefined', async () => {
    const context = { ports: world.ports, policy, definitions: testDefinitions, limits: { readBatchMax: 2 } }
    const keys = ['open', 'secret', 'unknown', 'open'].map(id => ({ type: 'Patient', id }))
    const versions = await readMany(context, guest, keys)
    expect(versions.map(version => version?.id)).toEqual(['open', undefined, undefined, 'open'])
  })

  test('it is not written by who can not see it', async () => {
    const { service, ports } = world
    const before = ports.changes.length
    const content = { resourceType: 'Patient', id: 'secret' }
    const update = service.update(guest, { type: 'Patient', id: 'secret', content })
    expect(await faultOf(update)).toEqual(oneFault('forbidden', 'forbidden', 'The caller may not update this Patient'))
    const { category, issues } = await faultOf(service.delete(guest, { type: 'Patient', id: 'secret' }))
    expect({ category, text: issues[0]?.diagnostics }).toEqual({
      category: 'forbidden',
      text: 'The caller may not delete this Patient',
    })
    await service.delete(admin, { type: 'Patient', id: 'secret' })
    expect((await faultOf(service.update(guest, { type: 'Patient', id: 'secret', content }))).category).toBe(
      'forbidden',
    )
    expect(ports.changes.length).toBe(before + 1)
  })

  test('nothing is written that its writer could not see', async () => {
    const { service, ports } = world
    const before = ports.changes.length
    const content = { resourceType: 'Observation', ...observation('secret'), ...SECRET }
    expect(await faultOf(service.create(guest, { type: 'Observation', content }))).toEqual(
      oneFault('forbidden', 'forbidden', 'The caller may not create this Observation'),
    )
    const moved = { ...content, id: 'open' }
    expect(await faultOf(service.update(guest, { type: 'Observation', id: 'open', content: moved }))).toEqual(
      oneFault('forbidden', 'forbidden', 'The caller may not update this Observation'),
    )
    expect(ports.changes.length).toBe(before)
  })

  test('conditions do not match it', async () => {
    const { service } = world
    const content = { resourceType: 'Observation', ...observation('open') }
    const ifNoneExist = 'subject=Patient/secret'
    expect((await service.create(guest, { type: 'Observation', content, ifNoneExist })).kind).toBe('created')
    expect((await service.create(admin, { type: 'Observation', content, ifNoneExist })).kind).toBe('unchanged')
  })

  test('a transaction does not read, write or refer to it', async () => {
    const { ports } = world
    const before = ports.changes.length
    const run = (...entry: JsonObject[]) =>
      runBundle({ ...world, call: guest }, { resourceType: 'Bundle', type: 'transaction', entry })
    const put = (url: string, resource: JsonObject) => ({ resource, request: { method: 'PUT', url } })
    expect(await faultOf(run(put('Patient/secret', { resourceType: 'Patient', id: 'secret' })))).toEqual(
      oneFault('forbidden', 'forbidden', 'The caller may not update this Patient', 'Bundle.entry[0]'),
    )
    const reference = 'Patient?identifier=x'
    const resource = { resourceType: 'Observation', ...observation('open'), performer: [{ reference }] }
    expect(await faultOf(run({ resource, request: { method: 'POST', url: 'Observation' } }))).toEqual(
      oneFault(
        'precondition-failed',
        'not-found',
        "The reference 'Patient?identifier=x' matches no resource",
        'Bundle.entry[0].resource.performer[0]',
      ),
    )
    expect(ports.changes.length).toBe(before)
    const answer = await run(
      { request: { method: 'GET', url: 'Patient/secret' } },
      { request: { method: 'GET', url: 'Patient?gender=other' } },
    )
    expect(statusesOf(answer)).toEqual(['404 Not Found', '200 OK'])
    const found = at(answer, 'entry', 1, 'resource', 'entry') as JsonObject[]
    expect(found.map(({ fullUrl }) => fullUrl)).toEqual(['http://localhost:8080/fhir/Patient/open'])
  })

  test('a batch does not either', async () => {
    const answer = await runBundle(
      { ...world, call: guest },
      {
        resourceType: 'Bundle',
        type: 'batch',
        entry: [
          { request: { method: 'GET', url: 'Patient/secret' } },
          { request: { method: 'GET', url: 'Patient/open' } },
          { request: { method: 'PUT', url: 'Patient/secret' }, resource: { resourceType: 'Patient', id: 'secret' } },
        ],
      },
    )
    expect(statusesOf(answer)).toEqual(['404 Not Found', '200 OK', '403 Forbidden'])
  })
})

test('what the policy does not permit is forbidden, whatever is there', async () => {
  const world = testWorld({ policy: { ...labelled, permits: () => false } })
  const { service } = world
  const key = { type: 'Patient', id: 'open' }
  const content = { resourceType: 'Patient', id: 'open' }
  const asked = {
    read: service.read(guest, key),
    vread: service.vread(guest, { ...key, versionId: '1' }),
    create: service.create(guest, { type: 'Patient', content }),
    update: service.update(guest, { ...key, content }),
    delete: service.delete(guest, key),
    'history-instance': service.history(guest, { ...key, parameters: [] }),
    'history-type': service.history(guest, { type: 'Patient', parameters: [] }),
    'search-type': service.search(guest, { type: 'Patient', parameters: [] }),
  }
  for (const [code, promise] of Object.entries(asked)) {
    expect(await faultOf(promise)).toEqual(
      oneFault('forbidden', 'forbidden', `The caller may not ${code} this Patient`),
    )
  }
  const bundle = (type: string) => service.bundle(guest, { content: { resourceType: 'Bundle', type } })
  const ofSystem = {
    'history-system': service.history(guest, { parameters: [] }),
    capabilities: service.capabilities(guest),
    transaction: bundle('transaction'),
    batch: bundle('batch'),
  }
  for (const [code, promise] of Object.entries(ofSystem)) {
    expect(await faultOf(promise)).toEqual(oneFault('forbidden', 'forbidden', `The caller may not use ${code}`))
  }
})

test('each entry of a Bundle is asked for', async () => {
  const world = testWorld({ policy: labelled })
  await fill(world)
  const entry = [
    { request: { method: 'DELETE', url: 'Patient/open' } },
    { request: { method: 'GET', url: 'Patient/open' } },
  ]
  const guestWorld = { ...world, call: guest }
  expect(await faultOf(runBundle(guestWorld, { resourceType: 'Bundle', type: 'transaction', entry }))).toEqual(
    oneFault('forbidden', 'forbidden', 'The caller may not delete this Patient', 'Bundle.entry[0].request.url'),
  )
  const answer = await runBundle(guestWorld, { resourceType: 'Bundle', type: 'batch', entry })
  expect(statusesOf(answer)).toEqual(['403 Forbidden', '200 OK'])
  expect(at(answer, 'entry', 1, 'resource', 'id')).toBe('open')
})

test('the store is not asked for a type of which nothing is visible', async () => {
  const { ports } = testWorld()
  const store = { ...ports.store, readNewest: () => Promise.reject(new Error('the store was asked')) }
  const policy: AccessPolicy = { permits: () => true, visible: () => ({ kind: 'nothing' }) }
  const context = { ports: { ...ports, store }, policy, definitions: testDefinitions, limits: { readBatchMax: 2 } }
  expect(await readMany(context, guest, [{ type: 'Patient', id: 'a' }])).toEqual([undefined])
})

test('a version revealed under a policy is parsed once', async () => {
  const world = testWorld({ policy: labelled })
  await fill(world)
  const result = await world.service.read(guest, { type: 'Patient', id: 'open' })
  invariant(result.kind === 'found', 'it is visible')
  expect(result.version.content()).toBe(result.version.content())
  expect(jsonOf(result.version.body)).toEqual(result.version.content())
})
