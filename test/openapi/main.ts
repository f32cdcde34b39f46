/**
 * Asks a gateway whatever its OpenAPI document allows, and what it doesn't, by schemathesis: no answer may be a server
 * error, of a status or a type that is not described, or of another form. `npm run test:openapi -- --seconds 60`
 */
import { askBySchemathesis } from '#test/support/schemathesis.ts'

const CHECKS = 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance'

process.exitCode = await askBySchemathesis(120, ({ baseUrl }) => [
  { parameters: [`${baseUrl}/api-docs`, '--checks', CHECKS, '--phases', 'examples,coverage,fuzzing'] },
])
