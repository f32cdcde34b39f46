/**
 * What a policy hides might as well not be there, through both doors: what a guest is answered where hidden resources
 * are is, to the letter, what a guest is answered where they never were. For the admin, who sees all, both differ:
 * otherwise the probe would prove nothing.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HttpHandler } from '#rest/http-message.ts'
import { createAppSync } from '#runtime/local/appsync.ts'
import type { AccessPolicy } from '#service/index.ts'
import { invariant } from '#service/invariant.ts'
import type { Node } from '#service/search/ast.ts'
import { restCall, restRequest, textOf } from '#test/support/rest-request.ts'
import { openRestWorld, type RestWorld } from '#test/support/rest-world.ts'
import { testDefinitions } from '#test/support/test-world.ts'

const ADMIN = restCall({ caller: { subject: 'admin' } })
const GUEST = restCall({ caller: { subject: 'guest' } })

const security = testDefinitions.for(ADMIN.tenant).searchParameters('Patient').get('_security')
invariant(security, 'every type has _security')

const guestSees = (where: (type: string) => Node): AccessPolicy => ({
  permits: () => true,
  visible: (call, type) => (call.caller.subject === 'admin' ? { kind: 'everything' } : where(type)),
})

const POLICIES: readonly (readonly [string, AccessPolicy])[] = [
  [
    'a security label',
    guestSees(resourceType => {
      const parameter = { ...security, resourceType }
      return { kind: 'not', node: { kind: 'token', parameter, system: 'urn:labels', code: 'secret' } }
    }),
  ],
  ['a compartment', guestSees(() => ({ kind: 'compartment', compartment: 'Patient/open' }))],
]

const SECRET = { meta: { security: [{ system: 'urn:labels', code: 'secret' }] } }
const observation = (id: string, subject: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: id },
  subject: { reference: `Patient/${subject}` },
  ...more,
})

/** In the compartment of Patient/open and without a label; the performer is nobody's that a guest knows. */
const VISIBLE: readonly { readonly resourceType: string; readonly id: string }[] = [
  { resourceType: 'Patient', id: 'open', ...{ gender: 'other', name: [{ family: 'Open' }] } },
  observation('open', 'open', { performer: [{ reference: 'Patient/hidden' }] }),
  observation('plain', 'open'),
]

/** With a label, and out of the compartment. Observation/hidden points at Patient/open without being of it. */
const HIDDEN: typeof VISIBLE = [
  {
    resourceType: 'Patient',
    id: 'hidden',
    ...{ ...SECRET, gender: 'other', name: [{ family: 'Hidden' }], identifier: [{ system: 'urn:s', value: 'x' }] },
  },
  observation('hidden', 'hidden', {
    ...SECRET,
    focus: [{ reference: 'Patient/open' }],
    identifier: [{ system: 'urn:s', value: 'x' }],
  }),
  { resourceType: 'Patient', id: 'gone', ...{ ...SECRET, gender: 'other' } },
]

const entries = (...requests: readonly (readonly [method: string, url: string, resource?: object])[]) =>
  requests.map(([method, url, resource]) => ({ request: { method, url }, ...(resource && { resource }) }))

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

interface Probe {
  readonly line: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object | string
}

const get = (line: string): Probe => ({ line: `GET ${line}` })
const graphql = (query: string, focus = ''): Probe => get(`${focus}/$graphql?query=${encodeURIComponent(query)}`)
const bundle = (type: string, entry: readonly object[]): Probe => ({
  line: 'POST /',
  body: { resourceType: 'Bundle', type, entry },
})

const QUERIES = {
  read: '{ Patient(id: "hidden") { id gender } }',
  list: '{ PatientList(gender: "other") { id } }',
  connection: '{ PatientConnection(_count: 1) { count edges { resource { id } } } }',
  nested:
    '{ ObservationList(_id: "open") { performer { resource(optional: true) { ... on Patient { id gender } } } } }',
  reverse: '{ Patient(id: "open") { ObservationList(_reference: "focus") { id } } }',
  reverseConnection: '{ Patient(id: "open") { ObservationConnection(_reference: "focus") { count } } }',
}

/** Only reads, and writes that a guest may do: each of them leaves the worlds as alike as they were. */
const PROBES: Readonly<Record<string, Probe>> = {
  read: get('/Patient/hidden'),
  'read of the deleted': get('/Patient/gone'),
  vread: get('/Patient/hidden/_history/1'),
  'history of an instance': get('/Patient/hidden/_history'),
  'history of the deleted': get('/Patient/gone/_history'),
  'history of a type': get('/Patient/_history'),
  'history of the system': get('/_history?_count=2'),
  search: get('/Patient?gender=other'),
  'search by id': get('/Patient?_id=hidden,gone'),
  'search by POST': { line: 'POST /Patient/_search', headers: FORM, body: 'identifier=urn:s|x' },
  'search by label': get('/Patient?_security=urn:labels|secret'),
  'first page': get('/Patient?_sort=-_id&_count=1'),
  sort: get('/Patient?_sort=family,-_lastUpdated'),
  'sort downwards': get('/Patient?_sort=-family'),
  total: get('/Patient?_total=accurate&_count=1'),
  count: get('/Patient?_summary=count'),
  chain: get('/Observation?performer:Patient.family=Hidden'),
  'chain below a negation': get('/Observation?performer:Patient.gender:not=male'),
  'chain to what is missing': get('/Observation?performer:Patient.birthdate:missing=true'),
  'reverse chain': get('/Patient?_has:Observation:focus:status=final'),
  'chain of a reverse chain': get('/Patient?_has:Observation:focus:subject:Patient.family=Hidden'),
  include: get('/Observation?_id=open&_include=Observation:performer'),
  'include of all': get('/Observation?_id=open&_include=*'),
  'reverse include': get('/Patient?_id=open&_revinclude=Observation:focus'),
  'reverse include, further': get('/Patient?_id=open&_revinclude=Observation:*&_include:iterate=Observation:subject'),
  'batch of reads': bundle(
    'batch',
    entries(['GET', 'Patient/hidden'], ['GET', 'Patient'], ['GET', 'Patient/_history']),
  ),
  'transaction of reads': bundle('transaction', entries(['GET', 'Patient/hidden'], ['GET', 'Patient?gender=other'])),
  'conditional reference': bundle(
    'transaction',
    entries([
      'PUT',
      'Observation/new',
      observation('new', 'open', { performer: [{ reference: 'Patient?identifier=x' }] }),
    ]),
  ),
  'conditional create': {
    line: 'POST /Observation',
    headers: { 'if-none-exist': 'identifier=urn:s|x' },
    body: observation('ignored', 'open'),
  },
  'conditional create in a transaction': bundle('transaction', [
    {
      resource: observation('ignored', 'open'),
      request: { method: 'POST', url: 'Observation', ifNoneExist: 'identifier=x' },
    },
  ]),
  ...Object.fromEntries(Object.entries(QUERIES).map(([name, query]) => [`$graphql: ${name}`, graphql(query)])),
  '$graphql: instance': graphql('{ id gender }', '/Patient/hidden'),
  '$graphql: reverse list of an instance': graphql('{ ObservationList(_reference: "focus") { id } }', '/Patient/open'),
}

interface Side extends RestWorld {
  readonly appsync: HttpHandler
}

async function openSide(policy: AccessPolicy, resources: typeof VISIBLE): Promise<Side> {
  const world = await openRestWorld({ policy })
  for (const body of resources) {
    await world.send(`PUT /${body.resourceType}/${body.id}`, { body, call: ADMIN })
  }
  if (resources.some(({ id }) => id === 'gone')) await world.send('DELETE /Patient/gone', { call: ADMIN })
  return { ...world, appsync: await createAppSync({ service: world.service }) }
}

/** Cursors are where an engine is in its own rows, sealed, and new ids count the creates: they are no answer. */
const comparable = (text: string): string => text.replaceAll(/(_cursor=)[^"&]*|\bid-\d+/g, '$1...')

describe.each(POLICIES)('hidden by %s', (_what, policy) => {
  let hiding: Side
  let without: Side

  beforeAll(async () => {
    // Hidden first, so that they are at the front wherever the order of writing is one.
    hiding = await openSide(policy, [...HIDDEN, ...VISIBLE])
    without = await openSide(policy, VISIBLE)
  })

  afterAll(() => Promise.all([hiding.close(), without.close()]))

  test.each(Object.entries(PROBES))('REST: %s', async (_name, { line, ...parts }) => {
    const ask = async (side: Side, call: typeof GUEST) => {
      const { status, headers, body } = await side.send(line, { ...parts, call })
      return { status, headers, body: comparable(JSON.stringify(body ?? '')) }
    }
    expect(await ask(hiding, GUEST)).toEqual(await ask(without, GUEST))
    // After the guest: whose conditional create must not find what an admin made.
    expect(await ask(hiding, ADMIN)).not.toEqual(await ask(without, ADMIN))
  })

  test.each(Object.entries(QUERIES))('GraphQL: %s', async (_name, query) => {
    const ask = async (side: Side, call: typeof GUEST) => {
      const headers = { 'content-type': 'application/json' }
      const parts = { headers, body: JSON.stringify({ query }), call: { ...call, door: 'graphql' as const } }
      const { status, body } = textOf(await side.appsync(restRequest('POST /', parts)))
      return { status, body: comparable(body) }
    }
    expect(await ask(hiding, GUEST)).toEqual(await ask(without, GUEST))
    expect(await ask(hiding, ADMIN)).not.toEqual(await ask(without, ADMIN))
  })
})
