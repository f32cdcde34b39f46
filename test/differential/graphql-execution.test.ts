/** Random documents: the executor, and the stand-in for AppSync over it, against graphql-js with naive resolvers. */
import fc from 'fast-check'
import { type ExecutionResult, execute, parse, validate } from 'graphql'
import { beforeAll, expect, it } from 'vitest'
import type { HttpHandler } from '#rest/http-message.ts'
import { createAppSync } from '#runtime/local/appsync.ts'
import type { JsonObject, JsonValue } from '#service/resource/content.ts'
import { stringifyJson } from '#service/resource/json.ts'
import { drawFrom, randomDocument } from '#test/support/arbitrary-graphql.ts'
import { CORPUS, type GraphqlWorld, graphqlWorld } from '#test/support/graphql-world.ts'
import { naiveSchema } from '#test/support/naive-graphql.ts'

const LETTER: JsonObject = {
  resourceType: 'Bundle',
  id: 'letter',
  type: 'collection',
  entry: [
    {
      fullUrl: 'http://example.org/Patient/inner',
      resource: {
        resourceType: 'Patient',
        id: 'anna',
        contained: [{ resourceType: 'Organization', id: 'o', name: 'Within' }],
        managingOrganization: { reference: '#o' },
        generalPractitioner: [{ reference: 'Practitioner/adam' }, { display: 'Nobody' }],
      },
    },
  ],
}

let world: GraphqlWorld
let appsync: HttpHandler
let naive: ReturnType<typeof naiveSchema>

beforeAll(async () => {
  // The limits have tests of their own.
  world = graphqlWorld({ graphqlLimits: { costMax: Number.POSITIVE_INFINITY } })
  await world.put(...CORPUS, LETTER)
  appsync = (await createAppSync({ service: world.service })).answer
  // As they were stored, but for the order: searches without a sort are in the order of creation there as here.
  const stored = world.ports.changes.map(({ body }) => JSON.parse(body ?? '') as JsonObject)
  naive = naiveSchema(stored)
})

/** What can be compared: values, and where errors are. */
const comparable = (data: unknown, errors: readonly { path?: unknown }[] | undefined) => ({
  data: JSON.parse(stringifyJson((data ?? null) as JsonValue)) as unknown,
  errors: (errors ?? []).map(({ path }) => JSON.stringify(path ?? null)).sort(),
})

async function throughAppSync(query: string, variables: Readonly<Record<string, unknown>>) {
  const body = Buffer.from(JSON.stringify({ query, variables }))
  const headers = { 'content-type': 'application/json' }
  const response = await appsync({ method: 'POST', url: '', headers, body, call: world.call })
  const text = Buffer.concat([response.body ?? new Uint8Array()].flat()).toString('utf8')
  return JSON.parse(text) as { data: unknown; errors?: { path: unknown }[] }
}

/** `resource(type: Patient) {...} resource(type: Group) {...}` under one name. */
const SIDE_BY_SIDE = /"\w*resource" conflict because they have differing arguments/

it('the same document gives the same data and the same errors everywhere', async () => {
  let valid = 0
  let invalid = 0
  await fc.assert(
    fc.asyncProperty(fc.integer(), async seed => {
      const { query, variables } = randomDocument(naive, drawFrom(seed))
      const document = parse(query)
      const problems = validate(naive, document)
      const ours = await world.query(query, { variables })
      if (problems.length > 0) {
        // Valid here: R4 graphql.html#references.
        if (problems.every(({ message }) => SIDE_BY_SIDE.test(message))) return
        invalid += 1
        expect(ours.data, query).toBeUndefined()
        return
      }
      valid += 1
      const expected = (await execute({ schema: naive, document, variableValues: variables })) as ExecutionResult
      const theirs = comparable(expected.data, expected.errors)
      expect(comparable(ours.data, ours.errors), query).toEqual(theirs)
      const { data, errors } = await throughAppSync(query, variables)
      expect(comparable(data, errors), query).toEqual(theirs)
    }),
    // A seed that is smaller is no simpler.
    { numRuns: 400, endOnFailure: true },
  )
  expect(valid).toBeGreaterThan(200)
  expect(invalid).toBeGreaterThan(5)
}, 120_000)
