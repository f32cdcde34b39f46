/** What a client is told whose bytes are no request that could be handed to a door. */
import type { Duplex } from 'node:stream'
import type { HttpResponse } from '#rest/http-message.ts'
import { encodeUtf8, HEADER_BYTES_MAX, operationOutcome, stringifyJson, URL_LENGTH_MAX } from '#service/index.ts'

interface Refusal {
  readonly status: string
  readonly code: 'structure' | 'too-long' | 'not-supported' | 'timeout'
  readonly diagnostics: string
}

const MALFORMED: Refusal = {
  status: '400 Bad Request',
  code: 'structure',
  diagnostics: 'This is no HTTP request: characters of a URL that are not plain ASCII are percent-encoded.',
}

const UNKNOWN_METHOD: Refusal = {
  status: '501 Not Implemented',
  code: 'not-supported',
  diagnostics: 'The method of the request is unknown: FHIR has GET, HEAD, POST, PUT, PATCH and DELETE.',
}

/** By the code of Node's error. */
const REFUSALS: ReadonlyMap<string | undefined, Refusal> = new Map([
  [
    'HPE_HEADER_OVERFLOW',
    {
      status: '431 Request Header Fields Too Large',
      code: 'too-long',
      diagnostics:
        `The URL and the headers are longer than ${HEADER_BYTES_MAX} bytes together: a search may have its parameters in ` +
        'the body of a POST _search.',
    },
  ],
  [
    'ERR_HTTP_REQUEST_TIMEOUT',
    { status: '408 Request Timeout', code: 'timeout', diagnostics: 'The request took too long to arrive.' },
  ],
])

/** Answers and hangs up; hangs up alone where the connection is gone or `busy` with the answer to another request. */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex, busy: boolean): void {
  if (busy || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const { status, code, diagnostics } = hasMethod(error) ? UNKNOWN_METHOD : (REFUSALS.get(error.code) ?? MALFORMED)
  const body = outcomeBody(code, diagnostics)
  const head =
    `HTTP/1.1 ${status}\r\nContent-Type: application/fhir+json; charset=utf-8\r\n` +
    `Content-Length: ${body.byteLength}\r\nConnection: close\r\n\r\n`
  socket.end(Buffer.concat([encodeUtf8(head), body]))
}

/** Whether it begins as a request does; what speaks TLS, or nothing that Node knows, has no method. */
const hasMethod = ({ code, rawPacket }: NodeJS.ErrnoException & { readonly rawPacket?: Buffer }): boolean =>
  code === 'HPE_INVALID_METHOD' && /^[A-Za-z-]+ \//.test(rawPacket?.toString('latin1', 0, 100) ?? '')

/** RFC 9110, 15.5.15, before the body is read. */
export const urlTooLong = (): HttpResponse => ({
  status: 414,
  headers: { 'Content-Type': 'application/fhir+json; charset=utf-8' },
  body: outcomeBody(
    'too-long',
    `The URL is longer than ${URL_LENGTH_MAX} characters: a search may have its parameters in the body of a POST _search.`,
  ),
})

const outcomeBody = (code: Refusal['code'], diagnostics: string): Uint8Array =>
  encodeUtf8(stringifyJson(operationOutcome([{ severity: 'error', code, diagnostics }])))
