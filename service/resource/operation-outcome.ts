import type { Issue } from '../fault.ts'
import type { JsonObject, ResourceContent } from './content.ts'

const NOTHING_TO_SAY: Issue = { severity: 'information', code: 'informational', diagnostics: 'No problems were found' }

/** R4 operationoutcome.html. An outcome has one issue at the least: without any it says that all is well. */
export function operationOutcome(issues: readonly Issue[]): ResourceContent {
  return {
    resourceType: 'OperationOutcome',
    issue: (issues.length > 0 ? issues : [NOTHING_TO_SAY]).map(issueElement),
  }
}

const issueElement = ({ severity, code, diagnostics, expression }: Issue): JsonObject => ({
  severity,
  code,
  diagnostics,
  ...(expression !== undefined && expression.length > 0 && { expression: [...expression] }),
})
