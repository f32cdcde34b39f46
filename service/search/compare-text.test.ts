import fc from 'fast-check'
import { test } from 'vitest'
import { compareText } from './compare-text.ts'

test('texts are ordered as their UTF-8 bytes are', () => {
  const text = fc.string({
    unit: fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), fc.constantFrom('\uffee', '😀', 'a')),
  })
  fc.assert(
    fc.property(text, text, (left, right) => {
      const bytes = Buffer.compare(Buffer.from(left), Buffer.from(right))
      return Math.sign(compareText(left, right)) === bytes
    }),
  )
})
