import { expect, it, test } from 'vitest'
import type { HttpResponse } from '#rest/http-message.ts'
import { encodeUtf8 } from '#service/index.ts'
import { createConnection } from './connection.ts'
import { createHub } from './hub.ts'

const answer = (status: number, body: object): HttpResponse => ({
  status,
  headers: {},
  body: encodeUtf8(JSON.stringify(body)),
})

const PLANNED = answer(200, { data: { filter: {}, selection: { onResourceChange: { id: 'id' } } } })
const EXPIRED = answer(401, { issue: [{ diagnostics: 'The token is expired' }] })

/** A connection, what it says, and whose tokens are good. */
function connect() {
  const said: Record<string, unknown>[] = []
  const ends: string[] = []
  const expired = new Set<string>()
  const asked: string[] = []
  const failures: Error[] = []
  const hub = createHub({
    async listen() {
      const failure = failures.pop()
      if (failure) throw failure
      return () => undefined
    },
  })
  const connection = createConnection({
    hub,
    send: text => said.push(JSON.parse(text)),
    end: reason => {
      ends.push(reason)
      connection.close()
    },
    admit: async ({ authorization = 'socket' }) => {
      asked.push(authorization)
      return expired.has(authorization) ? EXPIRED : { status: 204, headers: {}, body: undefined }
    },
    plan: async () => PLANNED,
  })
  const start = (id: string, Authorization?: string) =>
    connection.receive(
      JSON.stringify({ id, type: 'start', payload: { data: '{}', extensions: { authorization: { Authorization } } } }),
    )
  const settle = () => new Promise(resolve => setImmediate(resolve))
  return { connection, said, ends, expired, asked, failures, start, settle }
}

async function greeted() {
  const parts = connect()
  parts.connection.receive('{"type":"connection_init"}')
  await parts.settle()
  parts.said.length = 0
  return parts
}

it('lives while the tokens are good, of which each is looked at once', async () => {
  const { connection, start, settle, said, ends, asked } = await greeted()
  start('1', 'ann')
  start('2', 'ann')
  start('3')
  await settle()
  asked.length = 0
  await connection.keepAlive()
  expect({ last: said.at(-1), asked, ends }).toEqual({ last: { type: 'ka' }, asked: ['socket', 'ann'], ends: [] })
})

test.each(['socket', 'ann'])('ends when the token of the %s is no longer good', async who => {
  const { connection, start, settle, ends, expired } = await greeted()
  start('1', 'ann')
  await settle()
  expired.add(who)
  await connection.keepAlive()
  expect(ends).toEqual(['The token is expired'])
})

it('goes on where a subscription that was stopped had a token that is expired now', async () => {
  const { connection, start, settle, ends, expired } = await greeted()
  start('1', 'ann')
  await settle()
  connection.receive('{"type":"stop","id":"1"}')
  expired.add('ann')
  await connection.keepAlive()
  expect(ends).toEqual([])
})

it('ends where nobody has greeted from one beat to the next', async () => {
  const { connection, said, ends } = connect()
  await connection.keepAlive()
  expect(ends).toEqual([])
  await connection.keepAlive()
  expect({ said, ends }).toEqual({ said: [], ends: ['connection_init did not come, or was refused'] })
})

it('takes 200 subscriptions, and another where one was stopped', async () => {
  const { connection, said, start, settle } = await greeted()
  for (let id = 0; id <= 200; id += 1) start(String(id))
  await settle()
  const refused = said.filter(({ type }) => type === 'error')
  expect(refused).toEqual([
    {
      type: 'error',
      id: '200',
      payload: {
        errors: [{ errorType: 'MaxSubscriptionsReachedError', message: 'A connection takes 200 subscriptions.' }],
      },
    },
  ])
  connection.receive('{"type":"stop","id":"7"}')
  start('200')
  await settle()
  expect(said.at(-1)).toEqual({ type: 'start_ack', id: '200' })
})

it('refuses what it can not listen for, and listens for what is started later', async () => {
  const { connection, said, failures, start, settle } = await greeted()
  failures.push(new Error('the store is gone'))
  start('1')
  start('2')
  connection.receive('{"type":"stop","id":"2"}')
  await settle()
  start('1')
  await settle()
  expect(said).toEqual([
    { type: 'complete', id: '2' },
    {
      type: 'error',
      id: '1',
      payload: {
        errors: [
          {
            errorType: 'InternalFailure',
            message: 'Changes can not be listened to at the moment: try again.',
          },
        ],
      },
    },
    { type: 'start_ack', id: '1' },
  ])
})

it('acknowledges once what was stopped and started again while it was planned', async () => {
  const { connection, said, start, settle } = await greeted()
  start('1')
  connection.receive('{"type":"stop","id":"1"}')
  start('1')
  await settle()
  expect(said.map(({ type }) => type)).toEqual(['complete', 'start_ack'])
})

test.each([
  ['{"type":"start","id":"1"}', '1', 'start needs payload.data: query and variables as JSON text.'],
  [`{"type":"stop","id":"${'x'.repeat(129)}"}`, undefined, 'An id has at most 128 characters.'],
  ['[]', undefined, 'A message is a JSON object.'],
])('%.40s is refused where it can be told', async (message, id, reason) => {
  const { connection, said } = await greeted()
  connection.receive(message)
  const errors = [{ errorType: 'BadRequestException', message: reason }]
  expect(said).toEqual([{ type: 'error', ...(id !== undefined && { id }), payload: { errors } }])
})
