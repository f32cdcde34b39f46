import { expect, it } from 'vitest'
import { tenantOf } from '../call.ts'
import { createDefinitions } from '../definitions.ts'
import { operationOutcome } from './operation-outcome.ts'
import { validateResource } from './validate.ts'

const definitions = createDefinitions().for(tenantOf('test'))

it('lists issues with what they have', () => {
  const outcome = operationOutcome([
    { severity: 'error', code: 'value', diagnostics: 'One', expression: ['Patient.birthDate'] },
    { severity: 'warning', code: 'informational', diagnostics: 'Two', expression: [] },
    { severity: 'fatal', code: 'exception', diagnostics: 'Three' },
  ])
  expect(outcome).toEqual({
    resourceType: 'OperationOutcome',
    issue: [
      { severity: 'error', code: 'value', diagnostics: 'One', expression: ['Patient.birthDate'] },
      { severity: 'warning', code: 'informational', diagnostics: 'Two' },
      { severity: 'fatal', code: 'exception', diagnostics: 'Three' },
    ],
  })
  expect(validateResource(definitions, outcome).issues).toEqual([])
})

it('says that all is well where there is no issue', () => {
  const outcome = operationOutcome([])
  expect(outcome).toEqual({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'information', code: 'informational', diagnostics: 'No problems were found' }],
  })
  expect(validateResource(definitions, outcome).issues).toEqual([])
})
