import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linesOf } from './lines.ts'

async function* chunksOf(text: string, bytes: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.from(text)
  for (let at = 0; at < buffer.length; at += bytes) yield buffer.subarray(at, at + bytes)
}

const read = async (text: string, chunkBytes: number, lineBytesMax = 1000): Promise<[number, string][]> => {
  const lines: [number, string][] = []
  for await (const line of linesOf(chunksOf(text, chunkBytes), lineBytesMax))
    lines.push([line.number, String(line.bytes)])
  return lines
}

test('numbers lines, passes empty ones over, needs no newline at the end', async () => {
  expect(await read('{"a":1}\n\r\n{"b":"\u2028"}\r\n{}', 4)).toEqual([
    [1, '{"a":1}'],
    [3, '{"b":"\u2028"}'],
    [4, '{}'],
  ])
})

test('refuses a line without end', async () => {
  await expect(read(`{}\n${'x'.repeat(100)}`, 10, 50)).rejects.toThrow('line 2 is longer than 50 bytes')
})

test('gives back what was joined, in chunks of any size', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.stringMatching(/^[a-zé\u2028]{1,9}$/)),
      fc.integer({ min: 1, max: 20 }),
      async (lines, size) => {
        expect(await read(lines.join('\n'), size)).toEqual(lines.map((line, index) => [index + 1, line]))
      },
    ),
  ))
