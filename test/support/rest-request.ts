import type { HttpRequest, HttpResponse } from '#rest/http-message.ts'
import { type Call, tenantOf } from '#service/index.ts'
import { recordingLogger } from './logger.ts'

export const restCall = (overrides: Partial<Call> = {}): Call => ({
  requestId: 'request-1',
  tenant: tenantOf('default'),
  caller: { subject: 'anonymous' },
  door: 'rest',
  baseUrl: 'http://localhost:8080/fhir',
  deadline: Number.MAX_SAFE_INTEGER,
  logger: recordingLogger().logger,
  ...overrides,
})

export interface RequestParts {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  readonly call?: Call
}

/** `restRequest('GET /Patient/1')` */
export function restRequest(line: string, { headers = {}, body, call = restCall() }: RequestParts = {}): HttpRequest {
  const space = line.indexOf(' ')
  return {
    method: line.slice(0, space),
    url: line.slice(space + 1),
    headers,
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
    call,
  }
}

export const FHIR_JSON_BODY = { 'content-type': 'application/fhir+json' }

/** A response with its body as text, to be compared as a whole. */
export function textOf(response: HttpResponse): { status: number; headers: Record<string, string>; body: string } {
  const { status, headers, body } = response
  const pieces = body === undefined ? [] : body instanceof Uint8Array ? [body] : body
  return { status, headers: { ...headers }, body: Buffer.concat(pieces).toString('utf8') }
}

/** As textOf, with the body parsed. */
export function jsonOf(response: HttpResponse): { status: number; headers: Record<string, string>; body: unknown } {
  const text = textOf(response)
  return { ...text, body: text.body === '' ? undefined : JSON.parse(text.body) }
}
