/** Live updates of callers who may not see everything: nobody hears of what they may not read. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { subscriptionFilter } from '#resolvers/subscription-filter.ts'
import { createRestDoor } from '#rest/door.ts'
import { openPrimaryService, type PrimaryService } from '#runtime/embedded.ts'
import type { SubscriptionFilter } from '#runtime/local/appsync/subscriptions.ts'
import { feedSource } from '#runtime/local/realtime/change-source.ts'
import { createHub, type Hub } from '#runtime/local/realtime/hub.ts'
import { startWorld, type World } from '#runtime/local/world.ts'
import type { AccessPolicy } from '#service/access/policy.ts'
import { DEFAULT_WRITE_RULES, Fault, type ResourceChange } from '#service/index.ts'
import { connectRealtime, type RealtimeClient } from '#test/support/realtime-client.ts'
import { testCallOf } from '#test/support/test-call.ts'
import { groups, startTokenIssuer, type TokenIssuer } from '#test/support/token-issuer.ts'

describe('of a started gateway that serves few types, to groups that may read few of them', () => {
  let tokens: TokenIssuer
  let world: World
  const clients: RealtimeClient[] = []

  beforeAll(async () => {
    tokens = await startTokenIssuer()
    const { access, logLevel } = tokens.config
    const resourceTypes = ['Patient', 'Observation', 'Condition']
    const roles = {
      all: [{ interactions: 'all', types: 'all' }],
      nurse: [{ interactions: ['read'], types: ['Patient', 'Observation'] }],
    } as const
    world = await startWorld({ config: { logLevel, access: { ...access, resourceTypes, roles } } })
  })

  afterAll(async () => {
    for (const client of clients) client.close()
    await world.close()
    tokens.close()
  })

  async function connect(group: string): Promise<RealtimeClient> {
    const client = await connectRealtime(world.graphqlUrl, {
      authorization: { Authorization: tokens.tokenOf(groups(group)) },
    })
    clients.push(client)
    return client
  }

  const listen = (client: RealtimeClient, given: string) =>
    client.start(given || 'all', `subscription { onResourceChange${given} { resourceType id interaction } }`)

  const refused = (id: string, errorType: string, message: string) => ({
    id,
    type: 'error',
    payload: { errors: [{ errorType, message }] },
  })

  it('subscribes to what it may read, by name', async () => {
    const client = await connect('nurse')
    const [condition, device] = ['(resourceType: "Condition")', '(resourceType: "Device")']
    expect(await listen(client, '')).toEqual(
      refused('all', 'Forbidden', 'The caller may not read all types of resources: name one in resourceType'),
    )
    expect(await listen(client, condition)).toEqual(
      refused(condition, 'Forbidden', 'The caller may not read this Condition'),
    )
    expect(await listen(client, device)).toMatchObject({ id: device, type: 'error' })
  })

  it('hears of those types alone, whatever a bundle holds', async () => {
    const [nurse, everyone] = [await connect('nurse'), await connect('all')]
    await listen(nurse, '(resourceType: "Patient")')
    await listen(nurse, '(resourceType: "Observation", patient: "p")')
    await listen(everyone, '(patient: "p")')
    const subject = { reference: 'Patient/p' }
    const entry = [
      { resourceType: 'Condition', id: 'c', subject },
      { resourceType: 'Observation', id: 'o', status: 'final', code: { text: 'x' }, subject },
      { resourceType: 'Patient', id: 'p' },
    ].map(resource => ({ resource, request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` } }))
    const response = await fetch(world.baseUrl, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/fhir+json',
        Authorization: `Bearer ${tokens.tokenOf(groups('all'))}`,
      },
      body: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }),
    })
    expect(response.status).toBe(200)
    const told = async (client: RealtimeClient, count: number) => {
      const messages = []
      for (let left = count; left > 0; left -= 1) messages.push(await client.next())
      return messages
        .map(({ payload }) => (payload as { data: { onResourceChange: { resourceType: string } } }).data)
        .map(({ onResourceChange: { resourceType } }) => resourceType)
        .toSorted()
    }
    expect(await told(everyone, 3)).toEqual(['Condition', 'Observation', 'Patient'])
    // Nothing of the Condition came before, in between or, by what is asked next, after.
    expect(await told(nurse, 2)).toEqual(['Observation', 'Patient'])
    nurse.send({ id: 'x', type: 'stop' })
    expect(await nurse.next()).toEqual({ id: 'x', type: 'complete' })
  })
})

describe('of a policy that shows compartments', () => {
  const policy: AccessPolicy = {
    permits: () => true,
    visible: ({ caller }) =>
      caller.subject === 'writer'
        ? { kind: 'everything' }
        : { kind: 'or', nodes: ['a', 'b'].map(id => ({ kind: 'compartment', compartment: `Patient/${id}` })) },
  }
  const [writer, family] = ['writer', 'family'].map(subject => ({
    ...testCallOf({ subject }),
    deadline: Number.POSITIVE_INFINITY,
  })) as [ReturnType<typeof testCallOf>, ReturnType<typeof testCallOf>]

  let folder: string
  let primary: PrimaryService
  let hub: Hub
  let heard: ResourceChange[]

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-live-'))
    primary = await openPrimaryService({
      ...{ folder, policy, hardDelete: 'offered' },
      rules: { ...DEFAULT_WRITE_RULES, conditionalDeleteMax: 10 },
    })
    const failures: unknown[] = []
    hub = createHub(feedSource(primary.feed, error => failures.push(error)))
    heard = await listen({})
  })

  afterAll(async () => {
    hub.close()
    await primary.close()
    rmSync(folder, { recursive: true })
  })

  async function listen(request: object): Promise<ResourceChange[]> {
    const told: ResourceChange[] = []
    const place = await hub.open()
    const filter = subscriptionFilter(await primary.service.subscribe(family, request)) as SubscriptionFilter
    const names = ['resourceType', 'id', 'versionId', 'interaction']
    const selection = { change: Object.fromEntries(names.map(name => [name, name])) }
    place.take({ filter, selection, send: text => told.push(JSON.parse(text).change) })
    return told
  }

  async function send(method: string, path: string, content?: object): Promise<number> {
    const door = createRestDoor(primary.service, { bodyBytesMax: 1_000_000, corsOrigins: '*' })
    const headers = { 'content-type': 'application/fhir+json' }
    const body = content && Buffer.from(JSON.stringify(content))
    const { status } = await door({ method, url: path, headers, body, call: writer })
    return status
  }

  const observation = (id: string, patient: string) => ({
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { text: 'x' },
    subject: { reference: `Patient/${patient}` },
  })
  const put = (resource: { readonly resourceType: string; readonly id: string }) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  })

  test('they hear of their compartments alone, in order, however it is written', async () => {
    const statuses = [
      await send('PUT', '/Patient/a', { resourceType: 'Patient', id: 'a' }),
      await send('PUT', '/Patient/z', { resourceType: 'Patient', id: 'z' }),
      await send('PUT', '/Organization/o', { resourceType: 'Organization', id: 'o', name: 'x' }),
      await send('POST', '/', {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [put(observation('1', 'a')), put(observation('2', 'z')), put(observation('3', 'b'))],
      }),
      // From one compartment into another, out of all of them, and back.
      await send('PUT', '/Observation/1', observation('1', 'b')),
      await send('PUT', '/Observation/1', observation('1', 'z')),
      await send('PUT', '/Observation/1', observation('1', 'a')),
      // One transaction that fails says nothing.
      await send('POST', '/', {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [put(observation('4', 'a')), { request: { method: 'DELETE', url: 'Observation?nothing=1' } }],
      }),
      await send('DELETE', '/Observation?code:text=x&subject=Patient/z'),
      await send('DELETE', '/Observation?code:text=x'),
      await send('PUT', '/Observation/5', observation('5', 'a')),
      await send('POST', '/Observation/5/$erase'),
      await send('PUT', '/Observation/6', observation('6', 'z')),
      await send('POST', '/Observation/6/$erase'),
      await send('PUT', '/Observation/9', observation('9', 'a')),
      await send('DELETE', '/Observation/9'),
      await send('POST', '/Observation/9/$erase'),
      await send('PUT', '/Patient/b', { resourceType: 'Patient', id: 'b' }),
    ]
    expect(statuses).toEqual([201, 201, 201, 200, 200, 200, 200, 400, 204, 204, 201, 200, 201, 200, 201, 204, 200, 201])
    const last = await untilHeard('Patient/b/1')
    const by = (id: string) => last.filter(each => each.startsWith(`Observation/${id}/`))
    expect(by('1')).toEqual(['create 1', 'update 2', 'update 4', 'delete 5'].map(each => told('1', each)))
    expect(by('3')).toEqual(['create 1', 'delete 2'].map(each => told('3', each)))
    // What an erased resource was is not kept: the last that is told of it is told before.
    expect(by('5').at(-1)).toBe(told('5', 'delete 2'))
    expect(last.filter(each => !/^Observation\/[1359]\//.test(each))).toEqual([
      'Patient/a/1 create',
      'Patient/b/1 create',
    ])
  })

  const told = (id: string, what: string) => {
    const [interaction, version] = what.split(' ')
    return `Observation/${id}/${version} ${interaction}`
  }

  /** Everything heard, once this version has been told. */
  async function untilHeard(version: string): Promise<readonly string[]> {
    const texts = () =>
      heard.map(({ resourceType, id, versionId, interaction }) => `${resourceType}/${id}/${versionId} ${interaction}`)
    while (!texts().some(each => each.startsWith(`${version} `))) await new Promise(resolve => setImmediate(resolve))
    return texts()
  }

  test('whatever they heard of they could read, and of what they did not hear they could not', async () => {
    for (const { resourceType: type, id, versionId } of heard) {
      const read = primary.service.vread(family, { type, id, versionId })
      // What was erased since is not there for anybody.
      await read.catch(failure => expect(['gone', 'not-found']).toContain((failure as Fault).category))
    }
    const hidden = primary.service.vread(family, { type: 'Observation', id: '1', versionId: '3' })
    expect(await hidden.catch(failure => (failure as Fault).category)).toBe('not-found')
  })

  test('they may name one patient of theirs, and no other', async () => {
    const ofB = await listen({ resourceType: 'Observation', patient: 'b' })
    await send('PUT', '/Observation/7', observation('7', 'a'))
    await send('PUT', '/Observation/8', observation('8', 'b'))
    await untilHeard('Observation/8/1')
    expect(ofB.map(({ id }) => id)).toEqual(['8'])
    const refused = listen({ resourceType: 'Observation', patient: 'z' })
    expect(await refused.catch(failure => Fault.is(failure) && failure.category)).toBe('forbidden')
  })
})
