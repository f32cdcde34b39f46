import type { Call, JsonValue } from '#service/index.ts'

/** A request as every door takes it, whatever server received it. */
export interface HttpRequest {
  /** In upper case. */
  readonly method: string
  /** Path and query below the door's base: `/Patient?name=eve`; the base itself is empty or `/`. */
  readonly url: string
  /** Names in lower case; a repeated header is joined with ', '. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array | undefined
  /** The body where it is content that may be large: it is read once, and `body` is undefined. */
  readonly stream?: AsyncIterable<Uint8Array>
  /** What the body says, where it was XML. */
  readonly content?: JsonValue
  readonly call: Call
}

export interface HttpResponse {
  readonly status: number
  /** With Content-Length only for HEAD, whose answer has no body to count. */
  readonly headers: Readonly<Record<string, string>>
  /** Pieces are sent one after the other. */
  readonly body: Uint8Array | readonly Uint8Array[] | undefined
  /** In place of a body: bytes that are sent as they come. */
  readonly stream?: ByteStream
  /** The body is a resource in JSON still, which the door is to send as XML. */
  readonly xml?: 'compact' | 'indented'
}

export interface ByteStream {
  /** How many there will be. */
  readonly bytes: number
  readonly content: AsyncIterable<Uint8Array>
}

export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>

export function bodyBytes(body: HttpResponse['body']): number {
  if (!body) return 0
  if (body instanceof Uint8Array) return body.byteLength
  let bytes = 0
  for (const piece of body) bytes += piece.byteLength
  return bytes
}

export function wholeBody(body: Uint8Array | readonly Uint8Array[]): Uint8Array {
  return body instanceof Uint8Array ? body : Buffer.concat(body)
}

/** The same answer with its body in memory, for whoever can't send it piece by piece. */
export async function withWholeBody(response: HttpResponse): Promise<HttpResponse> {
  const { stream, ...rest } = response
  if (!stream) return response
  const pieces: Uint8Array[] = []
  for await (const piece of stream.content) pieces.push(piece)
  return { ...rest, body: pieces }
}
