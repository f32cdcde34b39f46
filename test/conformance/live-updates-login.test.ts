/** Who is told of what, where callers log in: by their token, when the socket opens and for each subscription. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { startWorld, type World } from '#runtime/local/world.ts'
import { connectRealtime, type RealtimeClient } from '#test/support/realtime-client.ts'
import { FOREIGN_KEYS, groups, startTokenIssuer, type TokenIssuer } from '#test/support/token-issuer.ts'

let tokens: TokenIssuer
let world: World
const clients: RealtimeClient[] = []

beforeAll(async () => {
  tokens = await startTokenIssuer()
  world = await startWorld({ config: tokens.config })
})

afterEach(() => {
  for (const client of clients.splice(0)) client.close()
})

afterAll(async () => {
  await world.close()
  tokens.close()
})

const practitioner = (tenant = 'east') => tokens.tokenOf({ ...groups('practitioner'), 'custom:tenantId': tenant })

async function connect(token: string, greet = true): Promise<RealtimeClient> {
  const client = await connectRealtime(world.graphqlUrl, { authorization: { Authorization: token }, greet })
  clients.push(client)
  return client
}

async function create(token: string, id: string): Promise<void> {
  const response = await fetch(`${world.baseUrl}/Patient/${id}`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/fhir+json', Authorization: `Bearer ${token}` },
    body: JSON.stringify({ resourceType: 'Patient', id }),
  })
  expect(response.status).toBe(201)
}

const PATIENTS = 'subscription { onResourceChange(resourceType: "Patient") { id } }'

const refused = (message: string) => [{ errorType: 'UnauthorizedException', message, errorCode: 401 }]

it('a token that is not the issuer’s opens no socket', async () => {
  const client = await connect(tokens.tokenOf(groups('practitioner'), FOREIGN_KEYS), false)
  client.send({ type: 'connection_init' })
  expect(await client.next()).toEqual({
    type: 'connection_error',
    payload: { errors: refused('The token is not signed by a key of the issuer') },
  })
  expect(await client.start('1', PATIENTS)).toMatchObject({ id: '1', type: 'error' })
})

it('each subscription is of whom its own token names', async () => {
  const client = await connect(practitioner())
  const expired = tokens.tokenOf({ ...groups('practitioner'), exp: 1_700_000_000 })
  expect(await client.start('1', PATIENTS, {}, { Authorization: expired })).toEqual({
    id: '1',
    type: 'error',
    payload: { errors: refused('The token is expired, or made by another issuer or for another audience') },
  })
  expect(await client.start('2', PATIENTS, {}, { Authorization: practitioner() })).toEqual({
    id: '2',
    type: 'start_ack',
  })
})

it('a group that may not read the type hears nothing of it', async () => {
  const client = await connect(tokens.tokenOf(groups('auditor')))
  expect(await client.start('1', 'subscription { onResourceChange(resourceType: "Observation") { id } }')).toEqual({
    id: '1',
    type: 'error',
    payload: { errors: [{ errorType: 'Forbidden', message: 'The caller may not read this Observation' }] },
  })
})

it('tenants hear nothing of each other', async () => {
  const east = await connect(practitioner())
  const west = await connect(practitioner('west'))
  await east.start('east', PATIENTS)
  await west.start('west', PATIENTS)
  await create(practitioner(), 'a')
  await create(practitioner('west'), 'b')
  await create(practitioner(), 'c')
  const event = (id: string, patient: string) => ({
    id,
    type: 'data',
    payload: { data: { onResourceChange: { id: patient } } },
  })
  expect([await east.next(), await west.next(), await east.next()]).toEqual([
    event('east', 'a'),
    event('west', 'b'),
    event('east', 'c'),
  ])
})
