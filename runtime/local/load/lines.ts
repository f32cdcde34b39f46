const NEWLINE = 0x0a
const CARRIAGE_RETURN = 0x0d

export interface Line {
  /** From 1. */
  readonly number: number
  /** Without its end; never empty. */
  readonly bytes: Buffer
}

/**
 * Splits NDJSON at newlines. (node:readline would also split at U+2028, which JSON allows inside strings.)
 * @throws Error where a line is longer than lineBytesMax: what has no newlines is no NDJSON.
 */
export async function* linesOf(chunks: AsyncIterable<Buffer>, lineBytesMax: number): AsyncGenerator<Line> {
  let number = 1
  let pieces: Buffer[] = []
  let pending = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      pieces.push(chunk.subarray(start, end))
      const bytes = trimmed(Buffer.concat(pieces))
      if (bytes.length > 0) yield { number, bytes }
      number++
      start = end + 1
      pieces = []
      pending = 0
    }
    pieces.push(chunk.subarray(start))
    pending += chunk.length - start
    if (pending > lineBytesMax) throw new Error(`line ${number} is longer than ${lineBytesMax} bytes`)
  }
  const bytes = trimmed(Buffer.concat(pieces))
  if (bytes.length > 0) yield { number, bytes }
}

const trimmed = (line: Buffer): Buffer => (line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line)
