/** The time that a request has: what is past it is given up, told so, and has written nothing. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SHAW } from '#test/support/patients.ts'
import { FHIR_TYPE, openRestWorld, outcome, type RestWorld, refused, restWorldOver } from '#test/support/rest-world.ts'

let world: RestWorld
let late: RestWorld

beforeAll(async () => {
  world = await openRestWorld()
  await world.send('PUT /Patient/a', { body: { ...SHAW, id: 'a' } })
  late = restWorldOver({ ...world, deadlineMs: -60_000 })
})

afterAll(() => world.close())

/** Whoever asks again may be luckier. */
const busy = (diagnostics: string) => ({
  status: 503,
  headers: { ...FHIR_TYPE, 'Retry-After': '1' },
  body: outcome('transient', diagnostics),
})

const UNREAD = 'The server was too busy to read this in time.'
const UNWRITTEN = 'The server was too busy to write this in time; nothing was written.'
/** DynamoDB's client, which says this, reads and writes alike. */
const UNDONE = 'The server was too busy to do this in time.'
const TOO_COSTLY =
  'The search was given up after the 0.0 seconds it may take. Give it more, or more selective, parameters.'

/** Over engines the searches are of those that ask the store first, for what may not be indexed. */
test.each([
  ['GET /Patient?name=shaw', undefined, refused(422, 'too-costly', TOO_COSTLY)],
  ['POST /Patient', SHAW, busy(UNWRITTEN)],
  ['PUT /Patient/a', { ...SHAW, id: 'a', active: false }, busy(UNREAD)],
  ['DELETE /Patient/a', undefined, busy(UNREAD)],
])('%s', async (line, body, embedded) => {
  const expected = world.over === 'embedded' ? embedded : busy(UNDONE)
  expect(await late.send(line, { ...(body && { body }) })).toEqual(expected)
  expect(await world.send('GET /Patient/a')).toMatchObject({ status: 200, headers: { ETag: 'W/"1"' } })
  expect(await world.send('GET /Patient?_summary=count')).toMatchObject({ body: { total: 1 } })
})
