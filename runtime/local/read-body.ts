import type { IncomingMessage } from 'node:http'
import { bodyTooLarge } from '#rest/decompress.ts'
import { fault } from '#service/index.ts'

export type BodyResult =
  | { readonly kind: 'read'; readonly body: Uint8Array | undefined }
  /** More than the limit is coming, or has come: the rest is unread. */
  | { readonly kind: 'too-large' }
  /** The client went away. */
  | { readonly kind: 'aborted' }

const NO_BODY: Promise<BodyResult> = Promise.resolve({ kind: 'read', body: undefined })
const TOO_LARGE: Promise<BodyResult> = Promise.resolve({ kind: 'too-large' })

/** Whether the length that the request says is no more than the limit, where it says one. */
export const isWithin = ({ headers }: IncomingMessage, bytesMax: number): boolean =>
  !(Number(headers['content-length']) > bytesMax)

/** The body as it comes. Fails with a Fault where it is too large, or where the client goes away. */
export async function* bodyStream(request: IncomingMessage, bytesMax: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  const iterator = request.iterator({ destroyOnReturn: false })
  for (;;) {
    const next: IteratorResult<Buffer> = await iterator.next().catch((cause: unknown) => {
      throw fault('invalid', 'The body ended before all of it had come', { cause })
    })
    if (next.done) return
    bytes += next.value.length
    if (bytes > bytesMax) {
      await iterator.return?.()
      throw bodyTooLarge(bytesMax)
    }
    yield next.value
  }
}

/** Never rejects, and never holds more than the limit and one chunk. */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<BodyResult> {
  const length = request.headers['content-length']
  if (length === undefined && request.headers['transfer-encoding'] === undefined) return NO_BODY
  if (Number(length) > bytesMax) return TOO_LARGE
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    let bytes = 0
    const finish = (result: BodyResult): void => {
      request.off('data', take).off('end', end).off('close', abort).off('error', abort)
      resolve(result)
    }
    const take = (chunk: Buffer): void => {
      bytes += chunk.length
      chunks.push(chunk)
      if (bytes > bytesMax) finish({ kind: 'too-large' })
    }
    const end = (): void => finish({ kind: 'read', body: chunks.length === 1 ? chunks[0] : Buffer.concat(chunks) })
    const abort = (): void => finish({ kind: 'aborted' })
    request.on('data', take).on('end', end).on('close', abort).on('error', abort)
  })
}
