import { expect, test } from 'vitest'
import { FAULT_CATEGORIES, Fault, fault, HTTP_STATUS } from '#service/index.ts'
import { recordingLogger } from '#test/support/logger.ts'
import { jsonOf } from '#test/support/rest-request.ts'
import { faultToResponse } from './fault-to-response.ts'

const RENDERING = { contentType: 'application/fhir+json; charset=utf-8', pretty: false }
const HEADERS = { 'Content-Type': 'application/fhir+json; charset=utf-8', 'Cache-Control': 'private, no-cache' }

function respond(failure: unknown) {
  const { logger, entries } = recordingLogger()
  return { response: jsonOf(faultToResponse(failure, RENDERING, { requestId: 'request-1', logger })), entries }
}

test.each(FAULT_CATEGORIES)('%s has its status and an OperationOutcome', category => {
  const { response, entries } = respond(fault(category, 'What was wrong', { expression: ['Patient.name'] }))
  expect(response.status).toBe(HTTP_STATUS[category].status)
  expect(response.body).toEqual({
    resourceType: 'OperationOutcome',
    issue: [
      { severity: 'error', code: expect.any(String), diagnostics: 'What was wrong', expression: ['Patient.name'] },
    ],
  })
  expect(entries).toEqual([])
})

test('every issue is listed', () => {
  const issues = [
    { severity: 'error', code: 'required', diagnostics: 'First', expression: ['Patient.link.other'] },
    { severity: 'warning', code: 'value', diagnostics: 'Second' },
  ] as const
  expect(respond(new Fault('unprocessable', issues)).response).toEqual({
    status: 422,
    headers: HEADERS,
    body: { resourceType: 'OperationOutcome', issue: issues },
  })
})

test('what a client can do next is in the headers', () => {
  const headersOf = (failure: Fault) => respond(failure).response.headers
  const refused = fault('method-not-allowed', 'No', { allow: ['GET', 'HEAD'] })
  expect(headersOf(refused)).toEqual({ ...HEADERS, Allow: 'GET, HEAD' })
  expect(headersOf(fault('throttled', 'Slow', { retryAfterSeconds: 3 }))).toEqual({ ...HEADERS, 'Retry-After': '3' })
  expect(headersOf(fault('unauthenticated', 'Who?'))).toEqual({ ...HEADERS, 'WWW-Authenticate': 'Bearer' })
})

test('what is internal goes to the log alone', () => {
  const { response, entries } = respond(fault('unavailable', 'Try again', { internal: 'table x is gone' }))
  expect(JSON.stringify(response)).not.toContain('table x')
  expect(entries).toEqual([
    {
      level: 'warn',
      message: 'Request failed',
      fields: { requestId: 'request-1', category: 'unavailable', internal: 'table x is gone' },
    },
  ])
})

test('a bug is answered with a fixed text, and logged by class and place without its message', () => {
  const { response, entries } = respond(new TypeError('Jane Doe has no property x\n    quoted'))
  expect(response).toEqual({
    status: 500,
    headers: HEADERS,
    body: {
      resourceType: 'OperationOutcome',
      issue: [
        {
          severity: 'fatal',
          code: 'exception',
          diagnostics: 'An internal error occurred. The log knows it as request request-1.',
        },
      ],
    },
  })
  expect(entries).toEqual([
    {
      level: 'error',
      message: 'Internal error',
      fields: {
        requestId: 'request-1',
        error: 'TypeError',
        at: expect.stringMatching(/^at .*fault-to-response\.test\.ts/),
      },
    },
  ])
  expect(JSON.stringify(entries)).not.toContain('Jane')
})
