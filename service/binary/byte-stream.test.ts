import { hash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { beginningOf, gathered, measured } from './byte-stream.ts'

async function* inPieces(pieces: readonly Uint8Array[], onEnd: () => void = () => undefined) {
  try {
    yield* pieces
  } finally {
    onEnd()
  }
}

test('nothing is lost or doubled wherever a stream is looked into, and small ones are whole', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 20 })), fc.nat(100), async (pieces, bytesMax) => {
      const whole = Buffer.concat(pieces)
      const begun = await beginningOf(inPieces(pieces), bytesMax)
      expect(begun.kind).toBe(whole.byteLength <= bytesMax ? 'all' : 'more')
      const stream = begun.kind === 'more' ? measured(begun.content) : undefined
      const all = begun.kind === 'all' ? begun.bytes : await gathered(stream?.content ?? [])
      expect(Buffer.compare(all, whole)).toBe(0)
      if (stream) expect(stream.sha256()).toBe(hash('sha256', whole, 'base64'))
    }),
  ))

test('whoever sends is told that nobody reads on', async () => {
  let ended = false
  const onEnd = () => {
    ended = true
  }
  const begun = await beginningOf(inPieces([new Uint8Array(5), new Uint8Array(5), new Uint8Array(5)], onEnd), 6)
  if (begun.kind === 'all') throw new Error('There was more')
  for await (const _piece of begun.content) break
  expect(ended).toBe(true)
})
