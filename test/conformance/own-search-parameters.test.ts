/** SearchParameters that a tenant stores: R4 searchparameter.html, through the REST door over the embedded engine. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openEmbedded } from '#adapters/embedded/index.ts'
import { openPrimaryService, openWorkerService } from '#runtime/embedded.ts'
import { type AccessPolicy, ALLOW_ALL, createFhirService, type ResourceStore, tenantOf } from '#service/index.ts'
import { countingIds, fixedClock, TEST_TIME, testSealer } from '#test/support/memory-ports.ts'
import {
  OWN_OF_EACH_TYPE,
  eyesParameter as own,
  patientWithEyes as patient,
  withOwnParameters,
} from '#test/support/own-parameters.ts'
import { restCall } from '#test/support/rest-request.ts'
import { openRestWorld, type RestWorld, restWorldOver } from '#test/support/rest-world.ts'
import { silentLogger } from '#test/support/test-call.ts'
import { testDefinitions } from '#test/support/test-world.ts'

let world: RestWorld

beforeEach(async () => {
  world = await openRestWorld()
})

afterEach(() => world.close())

const put = async (resource: { readonly resourceType: string; readonly id: string }, its = world) => {
  const { status } = await its.send(`PUT /${resource.resourceType}/${resource.id}`, { body: resource })
  expect([200, 201]).toContain(status)
}
const reindex = (its = world) =>
  its.service.runJob({
    tenant: tenantOf('default'),
    id: 'search-parameters',
    deadline: TEST_TIME + 60_000,
    logger: silentLogger,
  })

interface Entry {
  readonly resource: { readonly id: string; readonly issue?: readonly object[] }
  readonly search: { readonly mode: string }
}
async function found(query: string, its = world): Promise<readonly string[]> {
  const { status, body } = await its.send(`GET /${query}`)
  expect(status, JSON.stringify(body)).toBe(200)
  const { entry = [] } = body as { readonly entry?: readonly Entry[] }
  return entry.map(({ resource, search }) => (search.mode === 'outcome' ? '!' : resource.id)).sort()
}
const statusOf = async (id = 'eyes', its = world) => (await its.send(`GET /SearchParameter/${id}/$reindex-status`)).body
const indexed = { resourceType: 'Parameters', parameter: [{ name: 'status', valueCode: 'indexed' }] }

describe('a SearchParameter', () => {
  test('finds what is written from then on, and the rest once it is indexed', async () => {
    await put(patient('old', 'green'))
    await put(own())
    await put(patient('new', 'green'))
    await put(patient('other', 'blue'))
    expect(await found('Patient?eyes=green')).toEqual(['!', 'new'])
    expect(await statusOf()).toEqual({
      resourceType: 'Parameters',
      parameter: [{ name: 'status', valueCode: 'waiting' }],
    })
    expect(await reindex()).toBe('ended')
    expect(await statusOf()).toEqual(indexed)
    expect(await found('Patient?eyes=green')).toEqual(['new', 'old'])
    expect(await found('Patient?eyes:not=green')).toEqual(['other'])
    expect(await found('Patient?_filter=eyes eq green')).toEqual(['new', 'old'])
    expect(await reindex()).toBe('nothing')
    const { body } = await world.send('GET /Patient/old')
    expect(body).toMatchObject({ meta: { versionId: '1' } })
  })

  test('warns of what may be missing while it is being indexed', async () => {
    await put(own())
    const { body } = await world.send('GET /Patient?eyes=green')
    expect(body).toMatchObject({
      total: 0,
      entry: [
        {
          resource: {
            issue: [
              {
                severity: 'warning',
                code: 'transient',
                diagnostics:
                  "Resources that were stored before search parameter 'eyes' " +
                  '(http://example.org/SearchParameter/eyes) are still being indexed: ' +
                  'SearchParameter/eyes/$reindex-status tells how far that is. The answer may lack some of them',
                expression: ['eyes'],
              },
            ],
          },
          search: { mode: 'outcome' },
        },
      ],
    })
  })

  test('decides no condition until everything is indexed', async () => {
    await put(own())
    const conditional = { body: patient('x', 'green'), headers: { 'if-none-exist': 'eyes=green' } }
    const refusal = await world.send('POST /Patient', conditional)
    expect(refusal).toMatchObject({ status: 503, body: { issue: [{ code: 'transient', expression: ['eyes'] }] } })
    await reindex()
    expect(await world.send('POST /Patient', conditional)).toMatchObject({ status: 201 })
    expect(await world.send('POST /Patient', conditional)).toMatchObject({ status: 200 })
  })

  test('follows its expression when that is changed', async () => {
    await put(patient('a', 'green', { gender: 'female' }))
    await put(own())
    await reindex()
    await put(own({ expression: 'Patient.gender' }))
    expect(await found('Patient?eyes=green')).toEqual(['!'])
    await reindex()
    expect(await found('Patient?eyes=female')).toEqual(['a'])
    expect(await found('Patient?eyes=green')).toEqual([])
  })

  test.each(['deleted', 'retired', 'draft'])('has no effect once it is %s', async how => {
    await put(own())
    await reindex()
    expect(await found('Patient?eyes=green')).toEqual([])
    if (how === 'deleted') await world.send('DELETE /SearchParameter/eyes')
    else await put(own({ status: how }))
    expect(await world.send('GET /Patient?eyes=green')).toMatchObject({
      status: 400,
      body: { issue: [{ code: 'not-supported' }] },
    })
    await put(own())
    await put(patient('a', 'green'))
    await reindex()
    expect(await found('Patient?eyes=green')).toEqual(['a'])
  })

  test('may be for references, dates or all types, and is chained, included and sorted by', async () => {
    await put({ resourceType: 'Organization', id: 'o', name: 'Lab' } as never)
    await put(
      own({
        id: 'lab',
        code: 'lab',
        url: 'http://example.org/lab',
        type: 'reference',
        target: ['Organization'],
        expression: "Patient.extension('http://example.org/lab').value.ofType(Reference)",
      }),
    )
    await put(
      own({
        id: 'seen',
        code: 'seen',
        url: 'http://example.org/seen',
        type: 'date',
        expression: "Patient.extension.where(url = 'http://example.org/seen').value.as(date)",
      }),
    )
    await put(
      own({
        id: 'tagged',
        code: 'tagged',
        url: 'http://example.org/tagged',
        base: ['Resource'],
        expression: 'Resource.meta.tag',
      }),
    )
    const extension = (day: string) => [
      { url: 'http://example.org/lab', valueReference: { reference: 'Organization/o' } },
      { url: 'http://example.org/seen', valueDate: day },
    ]
    await put(patient('a', '', { extension: extension('2024-02-01'), meta: { tag: [{ code: 'x' }] } }))
    await put(patient('b', '', { extension: extension('2024-01-01') }))
    await reindex()
    expect(await found('Patient?lab=Organization/o')).toEqual(['a', 'b'])
    expect(await found('Patient?lab.name=lab')).toEqual(['a', 'b'])
    expect(await found('Patient?seen=ge2024-01-15&_include=Patient:lab')).toEqual(['a', 'o'])
    expect(await found('Organization?_has:Patient:lab:seen=2024-01-01')).toEqual(['o'])
    expect(await found('Organization?_revinclude=Patient:lab')).toEqual(['a', 'b', 'o'])
    const { body } = await world.send('GET /Patient?_sort=seen')
    expect((body as { entry: Entry[] }).entry.map(({ resource }) => resource.id)).toEqual(['b', 'a'])
    expect(await found('?_type=Patient,Organization&tagged=x')).toEqual(['a'])
  })

  test('in a transaction is in force for what comes with it', async () => {
    const entry = (resource: { resourceType: string; id: string }) => ({
      resource,
      request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    })
    const body = { resourceType: 'Bundle', type: 'transaction', entry: [entry(own()), entry(patient('a', 'green'))] }
    expect(await world.send('POST /', { body })).toMatchObject({ status: 200 })
    await reindex()
    expect(await found('Patient?eyes=green')).toEqual(['a'])
  })
})

test('goes on after a restart in the middle', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fhir-gateway-own-'))
  const open = async () => {
    const clock = fixedClock()
    const { service, close } = await openPrimaryService({
      folder,
      clock,
      ids: countingIds(),
      definitions: testDefinitions,
    })
    return restWorldOver({ service, clock, files: () => 0, close })
  }
  const first = await open()
  const entry = Array.from({ length: 4_100 }, (_, index) => ({
    resource: patient(`p${index}`, index % 1000 === 99 ? 'green' : 'blue'),
    request: { method: 'PUT', url: `Patient/p${index}` },
  }))
  const body = { resourceType: 'Bundle', type: 'transaction', entry }
  expect(await first.send('POST /', { body })).toMatchObject({ status: 200 })
  await put(own(), first)
  expect(await reindex(first)).toBe('ended')
  expect(await statusOf('eyes', first)).toEqual({
    resourceType: 'Parameters',
    parameter: [
      { name: 'status', valueCode: 'indexing' },
      { name: 'resources', valueInteger: 4_000 },
    ],
  })
  await first.close()
  const second = await open()
  expect(await found('Patient?eyes=green', second)).toContain('!')
  expect(await reindex(second)).toBe('ended')
  expect(await statusOf('eyes', second)).toEqual(indexed)
  expect(await found('Patient?eyes=green', second)).toEqual(['p1099', 'p2099', 'p3099', 'p4099', 'p99'])
  await second.close()
  await rm(folder, { recursive: true })
})

const ROOT = restCall({ caller: { subject: 'root' } })
const ACTIVE = testDefinitions.for(tenantOf('default')).searchParameters('Patient').get('active')

/** Shows patients that are not active, and SearchParameters, to root alone. */
const HIDING: AccessPolicy = {
  ...ALLOW_ALL,
  visible({ caller }, type) {
    if (caller.subject === 'root' || !ACTIVE) return { kind: 'everything' }
    if (type === 'SearchParameter') return { kind: 'nothing' }
    return type === 'Patient'
      ? { kind: 'token', parameter: ACTIVE, system: undefined, code: 'true' }
      : { kind: 'everything' }
  },
}

test('is compiled, one of each type', async () => {
  const { own } = await withOwnParameters(testDefinitions.for(tenantOf('default')), OWN_OF_EACH_TYPE)
  expect(own?.parameters.map(({ code }) => code)).toEqual(OWN_OF_EACH_TYPE.map((_own, index) => `own-${index}`))
})

test('is its tenant’s alone', async () => {
  const other = { call: restCall({ tenant: tenantOf('other') }) }
  await put(own())
  await put(patient('a', 'green'))
  await reindex()
  expect(await found('Patient?eyes=green')).toEqual(['a'])
  expect(await world.send('GET /Patient?eyes=green', other)).toMatchObject({ status: 400 })
  expect(JSON.stringify(await world.send('GET /metadata', other))).not.toContain('example.org/SearchParameter/eyes')
  expect(await world.send('GET /SearchParameter/eyes/$reindex-status', other)).toMatchObject({ status: 404 })
  expect(
    await world.send('PUT /SearchParameter/eyes', { ...other, body: own({ expression: 'Patient.gender' }) }),
  ).toMatchObject({ status: 201 })
  expect(await found('Patient?eyes=green')).toEqual(['a'])
})

test('finds nothing that the caller may not see, and of a hidden one nothing is told', async () => {
  const hiding = await openRestWorld({ policy: HIDING })
  await hiding.send('PUT /SearchParameter/eyes', { body: own(), call: ROOT })
  await put(patient('open', 'green', { active: true }), hiding)
  await hiding.send('PUT /Patient/hidden', { body: patient('hidden', 'green', { active: false }), call: ROOT })
  await reindex(hiding)
  expect(await found('Patient?eyes=green', hiding)).toEqual(['open'])
  expect(await hiding.send('GET /SearchParameter/eyes/$reindex-status')).toMatchObject({ status: 404 })
  const body = own({ id: 'second', url: 'http://example.org/second' })
  const refusal = await hiding.send('PUT /SearchParameter/second', { body, call: ROOT })
  expect(refusal.body).toMatchObject({
    issue: [
      {
        code: 'duplicate',
        diagnostics:
          "The SearchParameter can't take effect. 'eyes' of Patient is another active SearchParameter: " +
          'choose another code',
      },
    ],
  })
  await hiding.close()
})

test('is in force for a write that was under way when it came', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fhir-gateway-own-'))
  const clock = fixedClock()
  const engine = await openEmbedded({ folder, role: 'primary', clock })
  const { store, index, objects, jobs } = engine
  const ports = { store, index, objects, jobs, clock, ids: countingIds(), sealer: testSealer }
  const over = (its: ResourceStore) =>
    restWorldOver({
      service: createFhirService({ definitions: testDefinitions, ports: { ...ports, store: its } }),
      ...{ clock, files: () => 0, close: () => engine.close() },
    })
  const plain = over(store)
  let commits = 0
  const held = over({
    ...{ indexing: store.indexing, ...(store.parameters && { parameters: store.parameters }) },
    readNewest: (...parts) => store.readNewest(...parts),
    readVersion: (...parts) => store.readVersion(...parts),
    history: (...parts) => store.history(...parts),
    purge: (...parts) => store.purge(...parts),
    deletedFrom: (...parts) => store.deletedFrom(...parts),
    readClaim: (...parts) => store.readClaim(...parts),
    async commit(...parts) {
      // Between the extraction and the commit.
      if (++commits === 1) {
        await put(own(), plain)
        await reindex(plain)
      }
      return store.commit(...parts)
    },
  })
  await put(patient('a', 'green'), held)
  expect(commits).toBe(2)
  expect(await found('Patient?eyes=green', plain)).toEqual(['a'])
  await engine.close()
  await rm(folder, { recursive: true })
})

test('is in force on every thread once it is acknowledged', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fhir-gateway-own-'))
  const clock = fixedClock()
  const options = { folder, clock, definitions: testDefinitions }
  const primary = await openPrimaryService({ ...options, ids: countingIds() })
  const second = await openWorkerService({ ...options, ids: countingIds() }, primary.connect())
  const one = restWorldOver({ ...primary, clock, files: () => 0 })
  const two = restWorldOver({ ...second, clock, files: () => 0 })
  await put(patient('before', 'green'), two)
  const writes = Array.from({ length: 60 }, async (_, index) => {
    for (let turn = 0; turn < index; turn++) await new Promise(setImmediate)
    await put(patient(`p${index}`, 'green'), index % 2 === 0 ? one : two)
  })
  await new Promise(setImmediate)
  await put(own(), one)
  await put(patient('after', 'green'), two)
  expect(await found('Patient?eyes=green&_count=100', two)).toContain('after')
  await Promise.all(writes)
  expect(await reindex(two)).toBe('ended')
  expect((await found('Patient?eyes=green&_count=100', one)).length).toBe(62)
  await second.close()
  await primary.close()
  await rm(folder, { recursive: true })
})
