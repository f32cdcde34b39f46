/** API Gateway REST proxy events (payload version 1.0) as requests of the REST door, and its answers as results. */
import type { HttpResponse } from '#rest/http-message.ts'
import { wholeBody } from '#rest/http-message.ts'

/** What API Gateway sends and the door needs. Where there is nothing, it sends null. */
export interface ProxyEvent {
  readonly httpMethod: string
  /** As the client sent it, without the stage. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string | undefined>> | null
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null
  /** Decoded. */
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[] | undefined>> | null
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null
  readonly body?: string | null
  readonly isBase64Encoded?: boolean
  readonly requestContext: {
    readonly requestId: string
    readonly domainName?: string
    /** With the stage, where the address has it: `/prod/fhir/Patient`. */
    readonly path?: string
    /** Of the token, which the authorizer has verified; where the address needs none there is no authorizer. */
    readonly authorizer?: { readonly claims?: Readonly<Record<string, unknown>> } | null
  }
}

export interface ProxyResult {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isBase64Encoded: boolean
}

/** Names in lower case; several values of one header are joined as HTTP allows. */
export function headersOf(event: ProxyEvent): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(event.headers ?? {})) headers[name.toLowerCase()] = value
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? {})) {
    if (values && values.length > 0) headers[name.toLowerCase()] = values.join(', ')
  }
  return headers
}

/** The query is put together again: the door takes it as text, in which order and repetition count. */
export function queryOf(event: ProxyEvent): string {
  const pairs: string[] = []
  const add = (name: string, value: string): void => {
    pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
  }
  if (event.multiValueQueryStringParameters) {
    for (const [name, values] of Object.entries(event.multiValueQueryStringParameters))
      for (const value of values ?? []) add(name, value)
  } else {
    for (const [name, value] of Object.entries(event.queryStringParameters ?? {})) add(name, value ?? '')
  }
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

export function bodyOf({ body, isBase64Encoded }: ProxyEvent): Uint8Array | undefined {
  return body ? Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') : undefined
}

/** Path of the FHIR endpoint in the API, below the stage. */
const FHIR_PATH = '/fhir'

export interface ProxyAddress {
  /** Below the FHIR endpoint. */
  readonly path: string
  /** Of the FHIR endpoint, as the client reaches it. */
  readonly baseUrl: string
}

/** undefined: the event is for something else than the FHIR endpoint. */
export function proxyAddressOf(event: ProxyEvent): ProxyAddress | undefined {
  const start = `${event.path}/`.indexOf(`${FHIR_PATH}/`)
  if (start < 0) return undefined
  const path = event.path.slice(start + FHIR_PATH.length)
  const { domainName = 'localhost', path: full = event.path } = event.requestContext
  // A stage, or the base path of a custom domain, comes before: links have to have it.
  const prefix = full.endsWith(path) ? full.slice(0, full.length - path.length) : event.path.slice(0, start) + FHIR_PATH
  return { path, baseUrl: `https://${domainName}${prefix}` }
}

/** Text stays text, so that it arrives whatever media types the API takes for binary; what has ranges is bytes. */
export function proxyResultOf({ status, headers, body }: HttpResponse): ProxyResult {
  const bytes = body && Buffer.from(wholeBody(body))
  const isBase64Encoded = headers['Content-Encoding'] !== undefined || headers['Accept-Ranges'] !== undefined
  return {
    statusCode: status,
    headers,
    body: bytes?.toString(isBase64Encoded ? 'base64' : 'utf8') ?? '',
    isBase64Encoded,
  }
}
