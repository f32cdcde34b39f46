/** The audits of GraphQL over HTTP, on both endpoints of a gateway that runs. */
import { auditServer } from 'graphql-http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWorld, type World } from '#runtime/local/world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld({ config: { logLevel: 'silent' } })
})

afterAll(() => world.close())

describe.each([
  ['the local stand-in for AppSync', () => world.graphqlUrl],
  ['$graphql', () => `${world.baseUrl}/$graphql`],
])('%s', (_name, urlOf) => {
  test('passes every audit: what a server must, should and may do', async () => {
    const results = await auditServer({ url: urlOf() })
    const missed = results.flatMap(result =>
      result.status === 'ok' ? [] : [`${result.status}: ${result.name}: ${result.reason}`],
    )
    expect(missed).toEqual([])
    expect(results.length).toBeGreaterThan(60)
  }, 60_000)
})
