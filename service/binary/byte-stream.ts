/** Bytes that come piece by piece. */
import { createHash } from 'node:crypto'

export type Bytes = Uint8Array | AsyncIterable<Uint8Array>

/** All of a stream; or, where it is more than `bytesMax`, everything again as a stream. */
export type Beginning =
  | { readonly kind: 'all'; readonly bytes: Uint8Array }
  | { readonly kind: 'more'; readonly content: AsyncIterable<Uint8Array> }

export async function beginningOf(content: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Beginning> {
  const iterator = content[Symbol.asyncIterator]()
  const pieces: Uint8Array[] = []
  let bytes = 0
  for (;;) {
    const next = await iterator.next()
    if (next.done) return { kind: 'all', bytes: Buffer.concat(pieces) }
    pieces.push(next.value)
    bytes += next.value.byteLength
    if (bytes > bytesMax) return { kind: 'more', content: continued(pieces, iterator) }
  }
}

async function* continued(
  pieces: readonly Uint8Array[],
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  } finally {
    // Whoever sends is told that nobody reads on.
    await iterator.return?.()
  }
}

export interface Measured {
  readonly content: AsyncIterable<Uint8Array>
  /** In base64, of what has come by. */
  readonly sha256: () => string
}

/** The same stream, its hash taken on the way. */
export function measured(content: AsyncIterable<Uint8Array>): Measured {
  const hash = createHash('sha256')
  return { content: hashing(content, hash), sha256: () => hash.copy().digest('base64') }
}

async function* hashing(
  content: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    hash.update(piece)
    yield piece
  }
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64')

/** All of it in one piece: for what is known to be small, or has nowhere else to go. */
export const gathered = async (content: readonly Uint8Array[] | AsyncIterable<Uint8Array>): Promise<Uint8Array> =>
  Buffer.concat(await Array.fromAsync(content))
