/**
 * Asks both GraphQL endpoints of a gateway for whatever their introspection allows, and what it doesn't, by
 * schemathesis: every answer is in GraphQL's form, none a failure of the server. `npm run test:graphql -- --seconds 60`
 */
import { join } from 'node:path'
import { askBySchemathesis } from '#test/support/schemathesis.ts'

/** Its own check takes every error that a field has for the server's: a resource that is not there, too. */
const HOOKS = join(import.meta.dirname, 'graphql-hooks.py')
const CHECKS = 'answers_as_graphql'

/** Types that differ: large and small, with references to anything, resources inside, bytes. */
const TYPES = 'Patient,Observation,Bundle,Binary,Parameters,Questionnaire,Claim,Task,Basic,Subscription'
/** For all of them it would spend its time on the description alone. */
process.env.RESOURCE_TYPES = TYPES
/** The stand-in for AppSync describes all types. */
const FIELDS = `\\.((${TYPES.replaceAll(',', '|')})(List|Connection|Create|Update|Patch|Delete)?|transaction|publish.*)$`

const chosen = ['--include-name-regex', FIELDS, '--checks', CHECKS, '--warnings', 'off']

// For each endpoint so long; describing themselves comes on top.
process.exitCode = await askBySchemathesis(60, ({ baseUrl }) => {
  const urls = [`${baseUrl}/$graphql`, `${baseUrl.replace(/\/fhir$/, '')}/graphql`]
  return urls.map(url => ({ parameters: [url, ...chosen], environment: { SCHEMATHESIS_HOOKS: HOOKS } }))
})
