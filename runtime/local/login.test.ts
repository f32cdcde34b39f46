/** The gateway with a login: tokens of an issuer that the test is, through real HTTP and both doors. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { base64, FOREIGN_KEYS, groups, startTokenIssuer, type TokenIssuer } from '#test/support/token-issuer.ts'
import { startWorld, type World } from './world.ts'

let tokens: TokenIssuer
let world: World

beforeAll(async () => {
  tokens = await startTokenIssuer()
  world = await startWorld({ config: tokens.config })
})

afterAll(async () => {
  await world.close()
  tokens.close()
})

const tokenOf: TokenIssuer['tokenOf'] = (...given) => tokens.tokenOf(...given)

async function send(token: string | undefined, method: string, path: string, body?: object) {
  const response = await fetch(`${world.baseUrl}${path}`, {
    method,
    headers: {
      'Content-Type': 'application/fhir+json',
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.text() }
}

const list = async (token: string, type: string) => {
  const response = await fetch(world.graphqlUrl, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: token },
    body: JSON.stringify({ query: `{ ${type}List { id } }` }),
  })
  const { data, errors } = (await response.json()) as {
    readonly data: unknown
    readonly errors?: readonly [{ readonly errorType: string }]
  }
  return errors ? errors[0].errorType : data
}

const PATIENT = { resourceType: 'Patient', id: 'p' }

test('what callers may do is what their groups may, through both doors', async () => {
  const practitioner = tokenOf(groups('practitioner'))
  const auditor = tokenOf(groups('auditor'))
  expect((await send(practitioner, 'PUT', '/Patient/p', PATIENT)).status).toBe(201)
  expect((await send(auditor, 'GET', '/Patient/p')).status).toBe(200)
  expect((await send(auditor, 'PUT', '/Patient/p', PATIENT)).status).toBe(403)
  expect((await send(auditor, 'GET', '/Observation')).status).toBe(403)
  expect((await send(tokenOf({}), 'GET', '/Patient/p')).status).toBe(403)
  expect(await list(auditor, 'Patient')).toEqual({ PatientList: [{ id: 'p' }] })
  expect(await list(auditor, 'Observation')).toBe('Forbidden')
})

test('a large bundle, which another thread works on, is held to the same', async () => {
  const bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        resource: { ...PATIENT, id: 'large', text: { status: 'generated', div: narrative(1_200_000) } },
        request: { method: 'PUT', url: 'Patient/large' },
      },
    ],
  }
  expect((await send(tokenOf(groups('auditor')), 'POST', '', bundle)).status).toBe(403)
  expect((await send(tokenOf(groups('practitioner')), 'POST', '', bundle)).status).toBe(200)
})

const narrative = (length: number): string => `<div xmlns="http://www.w3.org/1999/xhtml">${'x'.repeat(length)}</div>`

test('tenants see nothing of each other', async () => {
  const west = tokenOf({ ...groups('practitioner'), 'custom:tenantId': 'west' })
  expect((await send(tokenOf(groups('practitioner')), 'PUT', '/Patient/east', { ...PATIENT, id: 'east' })).status).toBe(
    201,
  )
  expect((await send(west, 'GET', '/Patient/east')).status).toBe(404)
  expect(await list(west, 'Patient')).toEqual({ PatientList: [] })
  expect(
    (await send(tokenOf({ ...groups('practitioner'), 'custom:tenantId': '' }), 'GET', '/Patient/east')).status,
  ).toBe(403)
})

test('a token must be of the issuer, for the audience, in time and signed', async () => {
  const practitioner = groups('practitioner')
  const wrong = [
    undefined,
    'abc',
    tokenOf({ ...practitioner, iss: 'http://127.0.0.1/pool' }),
    tokenOf({ ...practitioner, aud: 'another' }),
    tokenOf({ ...practitioner, exp: 1_700_000_000 }),
    tokenOf(practitioner, FOREIGN_KEYS),
    `${base64({ alg: 'none', kid: 'k1' })}.${base64({ iss: tokens.issuer, aud: 'web', sub: 'ann', ...practitioner })}.x`,
    tokenOf({ ...practitioner, sub: undefined }),
  ]
  for (const token of wrong) {
    const { status, body } = await send(token, 'GET', '/Patient/p')
    expect(status).toBe(401)
    expect(JSON.parse(body)).toMatchObject({ issue: [{ severity: 'error', code: 'login' }] })
  }
})

test('what clients ask before they have a token is open', async () => {
  expect((await send(undefined, 'GET', '/metadata')).status).toBe(200)
  expect((await send(undefined, 'OPTIONS', '/Patient')).status).toBe(204)
})
