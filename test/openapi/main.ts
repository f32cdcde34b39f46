/**
 * Asks a gateway whatever its OpenAPI document allows, and what it doesn't, by schemathesis: no answer may be a server
 * error, of a status or a type that is not described, or of another form. `npm run test:openapi -- --seconds 60`
 */
import { parseArgs } from 'node:util'
import { withGateway } from '#test/support/gateway-process.ts'
import { fetchSchemathesis, findSchemathesis, NO_SCHEMATHESIS, runSchemathesis } from '#test/support/schemathesis.ts'

const CHECKS = 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: '7' },
    fetch: { type: 'boolean', default: false },
  },
})

const tool = values.fetch ? fetchSchemathesis() : findSchemathesis()
if (tool === undefined) {
  process.stdout.write(NO_SCHEMATHESIS)
} else {
  const limits = ['--max-examples', '30', '--max-time', values.seconds, '--seed', values.seed, '--workers', '1']
  process.exitCode = await withGateway(async ({ baseUrl }) =>
    runSchemathesis(tool, [
      `${baseUrl}/api-docs`,
      ...['--checks', CHECKS, '--phases', 'examples,coverage,fuzzing'],
      ...limits,
    ]),
  )
}
