/** What operations cost, in DynamoDB's units, as the engine counts them: 1 KB written, 4 KB read consistently. */
import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Change, VersionHint } from '#service/ports/resource-store.ts'
import { type DynamoWorld, dynamoWorld } from '#test/support/dynamo-world.ts'
import { changeOf, freshTenant } from './changes.ts'

let world: DynamoWorld
let units = 0
let requests = 0

beforeAll(async () => {
  world = await dynamoWorld()
  world.client.middlewareStack.add(
    next => async args => {
      const input = args.input as { ReturnConsumedCapacity?: string }
      input.ReturnConsumedCapacity = 'INDEXES'
      const answer = await next(args)
      const { ConsumedCapacity: consumed } = answer.output as {
        ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[]
      }
      requests++
      for (const each of consumed ? [consumed].flat() : []) units += each.CapacityUnits ?? 0
      return answer
    },
    { step: 'initialize' },
  )
})

afterAll(() => world.close())

async function costOf(task: () => Promise<unknown>): Promise<object> {
  units = 0
  requests = 0
  await task()
  return { units, requests }
}

const soon = (): number => Date.now() + 100_000

/** 900 bytes of text, as most resources have. */
const body = (id: string): string =>
  JSON.stringify({
    resourceType: 'Patient',
    id,
    text: Array.from({ length: 80 }, (_, index) => `word${index}`).join(' '),
  })

const change = (id: string, versionId = 1): Change =>
  changeOf('Patient', id, versionId, { lastUpdated: Date.now(), body: body(id), compartments: ['Patient/1'] })

const many = (name: string, count: number): Change[] =>
  Array.from({ length: count }, (_, index) => change(`${name}${index}`))

test('units and requests', async () => {
  // One at a time: a busy machine answers each before it is given up and asked again.
  const store = world.store({ settings: { concurrencyMax: 1 } })
  const tenant = freshTenant()
  const commit = (...changes: Change[]) => store.commit(tenant, { changes, deadline: soon() })
  const read = (...references: VersionHint[]) => store.readNewest(tenant, references, soon())
  // Registers the type.
  await commit(change('first'))
  // The item, and its key in the change index.
  expect(await costOf(() => commit(change('a')))).toEqual({ units: 2, requests: 1 })
  expect(await costOf(() => read({ type: 'Patient', id: 'a' }))).toEqual({ units: 1, requests: 1 })
  expect(await costOf(() => commit(change('a', 2)))).toEqual({ units: 2, requests: 1 })
  // An item is written twice, its key once; the rest is the record, its entry among the open, its list, and its end.
  expect(await costOf(() => commit(...many('s', 400)))).toEqual({ units: 3 * 400 + 24, requests: 2 * 400 + 4 })
  const hints = many('s', 50).map(({ type, id }) => ({ type, id, versionId: 1 }))
  expect(await costOf(() => read(...hints))).toEqual({ units: 50, requests: 1 })
})
