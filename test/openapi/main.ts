/**
 * Asks a gateway whatever its OpenAPI document allows, and what it doesn't, by schemathesis: no answer may be a server
 * error, of a status or a type that is not described, or of another form. `npm run test:openapi -- --seconds 60`
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { root, startGateway } from '#test/support/gateway-process.ts'

const CHECKS = 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance'

/** Where CONTRIBUTING.md has it installed, or on the path. */
const LOCAL = `${root}/.cache/schemathesis/bin/schemathesis`

const NOTES = `${root}/.cache`
mkdirSync(NOTES, { recursive: true })

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '120' }, seed: { type: 'string', default: '7' } },
})

const tool = existsSync(LOCAL) ? LOCAL : 'schemathesis'
if (spawnSync(tool, ['--version'], { stdio: 'ignore' }).status !== 0) {
  process.stdout.write(
    'Skipped: there is no schemathesis. It needs Python: python3 -m venv .cache/schemathesis && ' +
      '.cache/schemathesis/bin/pip install schemathesis\n',
  )
} else {
  const gateway = await startGateway()
  const limits = ['--max-examples', '30', '--max-time', values.seconds, '--seed', values.seed, '--workers', '1']
  const { status } = spawnSync(
    tool,
    ['run', `${gateway.baseUrl}/api-docs`, '--checks', CHECKS, '--phases', 'examples,coverage,fuzzing', ...limits],
    // It notes what it has tried where it runs.
    { stdio: 'inherit', cwd: NOTES },
  )
  await gateway.stop()
  process.exitCode = status ?? 1
}
