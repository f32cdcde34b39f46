import {
  buildClientSchema,
  findBreakingChanges,
  findDangerousChanges,
  getIntrospectionQuery,
  type IntrospectionQuery,
} from 'graphql'
import { expect, it } from 'vitest'
import { generatedSchema } from '#test/support/generated-schema.ts'
import { graphqlWorld } from '#test/support/graphql-world.ts'

/** What belongs to AppSync, to live updates, and to those who write schemas. */
const OF_APPSYNC = /publishResourceChange|SubscriptionRoot|ResourceChange|^(deprecated|specifiedBy|oneOf) was/

it('describes what the generated SDL has, and what only $graphql takes', async () => {
  const data = await graphqlWorld().data(getIntrospectionQuery())
  const described = buildClientSchema(data as unknown as IntrospectionQuery)
  const generated = generatedSchema()
  const missing = findBreakingChanges(generated, described).map(({ description }) => description)
  expect(missing.filter(description => !OF_APPSYNC.test(description))).toEqual([])
  const kinds = new Set(findDangerousChanges(generated, described).map(({ type }) => type))
  expect([...kinds]).toEqual(['OPTIONAL_ARG_ADDED'])
  expect(described.getDirectives().map(({ name }) => name)).toEqual([
    ...['include', 'skip'],
    ...['flatten', 'first', 'singleton', 'slice'],
  ])
}, 30_000)

it('stands alone, at the system, where it is offered', async () => {
  const world = graphqlWorld()
  expect(
    await world.data('query ($name: String!) { __type(name: $name) { name } }', { variables: { name: 'X' } }),
  ).toEqual({ __type: null })
  const refusal = ['Introspection is not offered here, nor beside other fields: the schema is a file.']
  const messages = async (query: string, options: Parameters<typeof graphqlWorld>[0] = {}, focus?: 'focus') => {
    const { errors } = await graphqlWorld(options).query(query, {
      ...(focus && { focus: { type: 'Patient', id: 'anna' } }),
    })
    return errors?.map(({ message }) => message)
  }
  expect(await messages('{ __schema { types { name } } PatientList { id } }')).toEqual(refusal)
  expect(await messages('{ __type(name: "Patient") { name } }', {}, 'focus')).toEqual(refusal)
  expect(await messages('{ __type(name: "Patient") { name } }', { introspection: 'refused' })).toEqual(refusal)
})

it('is bounded as any other document', async () => {
  const world = graphqlWorld()
  const nested = (depth: number) => `${'ofType{'.repeat(depth)}name${'}'.repeat(depth)}`
  const deep = await world.query(`{ __type(name: "Patient") { fields { type { ${nested(30)} } } } }`)
  expect(deep.errors).toMatchObject([{ extensions: { category: 'too-costly' } }])
  const circle = await world.query('{ __type(name: "Patient") { ...F } } fragment F on __Type { ...F }')
  expect(circle.errors).toMatchObject([
    { message: 'Cannot spread fragment "F" within itself.', extensions: { category: 'invalid' } },
  ])
})
