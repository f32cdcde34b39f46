/** graphql-js's view of the generated SDL: what the executor, which builds no schema, is compared with. */
import { readFileSync } from 'node:fs'
import { buildSchema, type GraphQLSchema } from 'graphql'

export const generatedSdl = (): string =>
  readFileSync(new URL('../../schema/generated/schema.graphql', import.meta.url), 'utf8')

/** AppSync brings its scalars along; to graphql-js they must be declared. */
export const generatedSchema = (): GraphQLSchema =>
  buildSchema(`scalar AWSJSON\n${generatedSdl()}`, { assumeValid: true })
