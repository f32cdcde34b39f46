import { expect, test } from 'vitest'
import type { JsonValue } from '#service/index.ts'
import { fakeService } from '#test/support/fake-service.ts'
import { testCall } from '#test/support/test-call.ts'
import { createAppSync } from '../appsync.ts'

/** AppSync's ends, which a document may meet that the function has nothing against. */
const SDL = `schema{query:Query mutation:Mutation}
type Query{PatientList:[Patient]}
type Mutation{transaction(bundle:AWSJSON!):AWSJSON}
type Patient{id:ID text:String name(use:String _offset:Int _count:Int):[HumanName]}
type HumanName{use:String}`

async function ask(query: string, data: JsonValue) {
  const { answer } = await createAppSync({ sdl: SDL, service: fakeService({ graphqlField: async () => data }) })
  const headers = { 'content-type': 'application/json' }
  const response = await answer({
    ...{ method: 'POST', url: '', headers, call: testCall() },
    body: Buffer.from(JSON.stringify({ query })),
  })
  return JSON.parse(Buffer.concat([response.body ?? new Uint8Array()].flat()).toString('utf8'))
}

test('5,000 resolvers run in one request, and no more', async () => {
  const patients = Array.from({ length: 5000 }, () => ({ name: [{ use: 'usual' }] }))
  const { data, errors } = await ask('{ PatientList { name(use: "usual") { use } } }', patients)
  expect([data.PatientList[4998], data.PatientList[4999]]).toEqual([{ name: [{ use: 'usual' }] }, { name: null }])
  expect(errors).toEqual([
    {
      path: ['PatientList', 4999, 'name'],
      data: null,
      errorType: 'ExecutionLimitReached',
      errorInfo: null,
      locations: [{ line: 1, column: 17, sourceName: null }],
      message: 'The request runs more than 5000 resolvers.',
    },
  ])
})

test('5 MB come from one resolver, and no more', async () => {
  const patients = (length: number) => [{ id: 'a', text: 'x'.repeat(length) }]
  expect(await ask('{ PatientList { id } }', patients(4_999_900))).toEqual({ data: { PatientList: [{ id: 'a' }] } })
  expect(await ask('{ PatientList { id } }', patients(5_000_000))).toMatchObject({
    data: { PatientList: null },
    errors: [{ errorType: 'ExecutionLimitReached', message: 'The response of the resolver is larger than 5 MB.' }],
  })
})
