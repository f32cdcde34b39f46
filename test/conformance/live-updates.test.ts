/** Live updates over a started gateway: AppSync's realtime protocol, message by message. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startWorld, type World } from '#runtime/local/world.ts'
import { type ConnectOptions, connectRealtime, type RealtimeClient } from '#test/support/realtime-client.ts'

let world: World
const clients: RealtimeClient[] = []

beforeAll(async () => {
  world = await startWorld()
})

afterEach(() => {
  for (const client of clients.splice(0)) client.close()
})

afterAll(() => world.close())

async function connect(options?: ConnectOptions): Promise<RealtimeClient> {
  const client = await connectRealtime(world.graphqlUrl, options)
  clients.push(client)
  return client
}

async function send(method: string, path: string, content?: object): Promise<{ readonly id: string }> {
  const response = await fetch(`${world.baseUrl}${path}`, {
    method,
    headers: { 'Content-Type': 'application/fhir+json', Prefer: 'return=representation' },
    ...(content && { body: JSON.stringify(content) }),
  })
  expect(response.ok).toBe(true)
  return response.status === 204 ? { id: '' } : ((await response.json()) as { id: string })
}

const ALL = 'subscription { onResourceChange { resourceType id versionId interaction compartments } }'
const OF_TYPE = `subscription Changes($type: String, $patient: ID) {
  changed: onResourceChange(resourceType: $type, patient: $patient) { ...Place how: interaction __typename }
}
fragment Place on ResourceChange { id v: versionId }`

const observation = (patient: string) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${patient}` },
})

describe('a change', () => {
  it('from REST reaches who listens, with what is selected and no more', async () => {
    const client = await connect()
    expect(await client.start('1', ALL)).toEqual({ id: '1', type: 'start_ack' })
    await send('PUT', '/Patient/eve', { resourceType: 'Patient', id: 'eve' })
    expect(await client.next()).toEqual({
      id: '1',
      type: 'data',
      payload: {
        data: {
          onResourceChange: {
            resourceType: 'Patient',
            id: 'eve',
            versionId: '1',
            interaction: 'create',
            compartments: ['Patient/eve'],
          },
        },
      },
    })
  })

  it('from GraphQL and from a bundle reaches them too, in the order of versions', async () => {
    const client = await connect()
    await client.start('a', OF_TYPE, { type: 'Device' })
    const response = await fetch(world.graphqlUrl, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: 'mutation { DeviceCreate(res: { lotNumber: "1" }) { id } }' }),
    })
    const { data } = (await response.json()) as { data: { DeviceCreate: { id: string } } }
    const { id } = data.DeviceCreate
    await send('PUT', `/Device/${id}`, { resourceType: 'Device', id, lotNumber: '2' })
    await send('POST', '', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          resource: { resourceType: 'Device', id, lotNumber: '3' },
          request: { method: 'PUT', url: `Device/${id}` },
        },
      ],
    })
    await send('DELETE', `/Device/${id}`)
    const messages = [await client.next(), await client.next(), await client.next(), await client.next()]
    const event = (v: string, how: string) => ({
      id: 'a',
      type: 'data',
      payload: { data: { changed: { id, v, how, __typename: 'ResourceChange' } } },
    })
    expect(messages).toEqual([event('1', 'create'), event('2', 'update'), event('3', 'update'), event('4', 'delete')])
  })

  it('of a bundle that is worked on after its answer comes once it is committed, of all its entries', async () => {
    const client = await connect()
    await client.start('j', OF_TYPE, { type: 'Location' })
    const entry = ['l1', 'l2'].map(id => ({
      resource: { resourceType: 'Location', id, name: id },
      request: { method: 'PUT', url: `Location/${id}` },
    }))
    const response = await fetch(world.baseUrl, {
      method: 'POST',
      headers: { 'Content-Type': 'application/fhir+json', Prefer: 'respond-async' },
      body: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }),
    })
    expect(response.status).toBe(202)
    const changed = async () =>
      ((await client.next()) as unknown as { payload: { data: { changed: { id: string } } } }).payload.data.changed.id
    expect([await changed(), await changed()].toSorted()).toEqual(['l1', 'l2'])
  })

  it('goes only to whom its filter lets it', async () => {
    const client = await connect()
    const other = await connect()
    await client.start('anna', OF_TYPE, { type: 'Observation', patient: 'anna' })
    await other.start('olaf', OF_TYPE, { type: 'Observation', patient: 'olaf' })
    await send('PUT', '/Patient/anna', { resourceType: 'Patient', id: 'anna' })
    await send('PUT', '/Patient/olaf', { resourceType: 'Patient', id: 'olaf' })
    const { id: first } = await send('POST', '/Observation', observation('anna'))
    const { id: second } = await send('POST', '/Observation', observation('olaf'))
    const idOf = async (receiver: RealtimeClient) => {
      const { id, payload } = await receiver.next()
      return [id, (payload as { data: { changed: { id: string } } }).data.changed.id]
    }
    expect([await idOf(client), await idOf(other)]).toEqual([
      ['anna', first],
      ['olaf', second],
    ])
  })

  it('comes no more once its subscription is stopped, and comes to the others of the socket', async () => {
    const client = await connect()
    await client.start('one', OF_TYPE, { type: 'Group' })
    await client.start('two', OF_TYPE, { type: 'Group' })
    client.send({ id: 'one', type: 'stop' })
    expect(await client.next()).toEqual({ id: 'one', type: 'complete' })
    await send('POST', '/Group', { resourceType: 'Group', type: 'person', actual: true })
    await send('POST', '/Group', { resourceType: 'Group', type: 'person', actual: true })
    expect([(await client.next()).id, (await client.next()).id]).toEqual(['two', 'two'])
  })
})

describe('a subscription that cannot be', () => {
  const refusal = (id: string, errorType: string, message: string) => ({
    id,
    type: 'error',
    payload: { errors: [{ errorType, message }] },
  })

  it.each([
    ['{ PatientList { id } }', 'BadRequest', 'Only subscriptions are started here.'],
    [
      'subscription { onPatient { id } }',
      'ValidationException',
      'Cannot query field "onPatient" on type "SubscriptionRoot".',
    ],
    [
      'subscription { onResourceChange(resourceType: "Pation") { id } }',
      'NotFound',
      "FHIR R4 (4.0.1) has no resource type 'Pation'",
    ],
    [
      'subscription { onResourceChange(id: "1") { id } }',
      'BadRequest',
      'id needs resourceType beside it: resources of several types may have one id',
    ],
    ['subscription {', 'MalformedHttpRequestException', 'Syntax Error: Expected Name, found <EOF>.'],
  ])('%s', async (query, errorType, message) => {
    const client = await connect()
    expect(await client.start('x', query)).toEqual(refusal('x', errorType, message))
    expect(await client.start('x', ALL)).toEqual({ id: 'x', type: 'start_ack' })
  })

  it('is refused before the greeting, and where its id is in use', async () => {
    const client = await connect({ greet: false })
    expect(await client.start('x', ALL)).toEqual(refusal('x', 'UnauthorizedException', 'connection_init comes first.'))
    client.send({ type: 'connection_init' })
    expect(await client.next()).toEqual({ type: 'connection_ack', payload: { connectionTimeoutMs: 300_000 } })
    await client.start('x', ALL)
    expect(await client.start('x', ALL)).toEqual(refusal('x', 'DuplicatedOperationError', 'x is there.'))
  })

  it('does not end the socket where a message makes no sense', async () => {
    const client = await connect()
    client.send([])
    expect(await client.next()).toEqual({
      type: 'error',
      payload: { errors: [{ errorType: 'BadRequestException', message: 'A message is a JSON object.' }] },
    })
    expect(await client.start('x', ALL)).toEqual({ id: 'x', type: 'start_ack' })
  })
})

describe('a socket', () => {
  it('is not for pages of other origins', async () => {
    await expect(connect({ headers: { Origin: 'https://evil.example' } })).rejects.toThrow('403')
    await expect(connect({ headers: { Host: 'evil.example' } })).rejects.toThrow('403')
    await connect({ headers: { Origin: 'http://localhost:3000' } })
  })

  it('is only at its own address', async () => {
    await expect(connectRealtime(world.baseUrl)).rejects.toThrow('404')
  })

  it('is closed when the gateway goes, and can be opened when it is back', async () => {
    const client = await connect()
    await client.start('x', ALL)
    await world.restart()
    expect(await client.closed()).toBe(1001)
    const again = await connect()
    await again.start('y', OF_TYPE, { type: 'Basic' })
    const { id } = await send('POST', '/Basic', { resourceType: 'Basic', code: { text: 'x' } })
    expect(await again.next()).toMatchObject({ id: 'y', payload: { data: { changed: { id, v: '1' } } } })
  })
})
