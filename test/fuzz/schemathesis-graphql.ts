/**
 * Asks both GraphQL endpoints of a gateway for whatever their introspection allows, and what it doesn't, by
 * schemathesis: every answer is in GraphQL's form, none a failure of the server. `npm run test:graphql -- --seconds 60`
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { withGateway } from '#test/support/gateway-process.ts'
import { fetchSchemathesis, findSchemathesis, NO_SCHEMATHESIS, runSchemathesis } from '#test/support/schemathesis.ts'

/** Its own check takes every error that a field has for the server's: a resource that is not there, too. */
const HOOKS = join(import.meta.dirname, 'graphql-hooks.py')
const CHECKS = 'answers_as_graphql'

/** Types that differ: large and small, with references to anything, resources inside, bytes. */
const TYPES = 'Patient,Observation,Bundle,Binary,Parameters,Questionnaire,Claim,Task,Basic,Subscription'
/** For all of them it would spend its time on the description alone. */
process.env.RESOURCE_TYPES = TYPES
/** The stand-in for AppSync describes all types. */
const FIELDS = `\\.((${TYPES.replaceAll(',', '|')})(List|Connection|Create|Update|Patch|Delete)?|transaction|publish.*)$`

const { values } = parseArgs({
  options: {
    /** For each endpoint; describing themselves comes on top. */
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '7' },
    fetch: { type: 'boolean', default: false },
  },
})

const tool = values.fetch ? fetchSchemathesis() : findSchemathesis()
if (tool === undefined) {
  process.stdout.write(NO_SCHEMATHESIS)
} else {
  const limits = ['--max-examples', '30', '--max-time', values.seconds, '--seed', values.seed, '--workers', '1']
  const chosen = ['--include-name-regex', FIELDS, '--checks', CHECKS, '--warnings', 'off']
  process.exitCode = await withGateway(async ({ baseUrl }) => {
    const urls = [`${baseUrl}/$graphql`, `${baseUrl.replace(/\/fhir$/, '')}/graphql`]
    const codes = urls.map(url => runSchemathesis(tool, [url, ...chosen, ...limits], { SCHEMATHESIS_HOOKS: HOOKS }))
    return Math.max(...codes)
  })
}
