/**
 * Reads members of a JSON object's root that hold strings, without parsing the rest and in chunks of any size: what
 * kind of resource a file of 40 MB holds is mostly in its first hundred bytes.
 */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c
const OPEN = new Set([0x7b, 0x5b])
const CLOSE = new Set([0x7d, 0x5d])
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d])
const TEXT_BYTES_MAX = 1024

export class RootMembers {
  /** What was found so far, by member name. A repeated name keeps its first value. */
  readonly found = new Map<string, string>()
  /** The root was closed, or is no object. */
  ended = false

  readonly #wanted: ReadonlySet<string>
  #depth = 0
  #inString = false
  #escaped = false
  /** Bytes of the string at depth 1 that is being read; undefined elsewhere. */
  #text: number[] | undefined
  #key: string | undefined
  #lastString: string | undefined

  constructor(wanted: readonly string[]) {
    this.#wanted = new Set(wanted)
  }

  /** Whether all of these were found. */
  has(...names: readonly string[]): boolean {
    return names.every(name => this.found.has(name))
  }

  read(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && !this.ended; at++) {
      const byte = chunk[at] as number
      if (this.#inString) this.#readInString(byte)
      else this.#readOutside(byte)
    }
  }

  #readInString(byte: number): void {
    if (byte === QUOTE && !this.#escaped) {
      this.#inString = false
      if (this.#text) this.#lastString = Buffer.from(this.#text).toString()
      this.#text = undefined
      return
    }
    this.#escaped = byte === BACKSLASH && !this.#escaped
    if (this.#text && this.#text.length < TEXT_BYTES_MAX) this.#text.push(byte)
  }

  #readOutside(byte: number): void {
    if (SPACE.has(byte)) return
    if (byte === QUOTE) {
      this.#inString = true
      this.#text = this.#depth === 1 ? [] : undefined
    } else if (OPEN.has(byte)) this.#depth++
    else if (CLOSE.has(byte)) {
      if (this.#depth === 1) this.#endMember()
      this.#depth--
    } else if (this.#depth === 1 && byte === COLON) {
      this.#key = this.#lastString
      this.#lastString = undefined
    } else if (this.#depth === 1 && byte === COMMA) this.#endMember()
    // A byte order mark may come first; any other byte there starts no object.
    this.ended = this.#depth === 0 && byte < 0x80
  }

  #endMember(): void {
    const { found } = this
    if (this.#key !== undefined && this.#lastString !== undefined && this.#wanted.has(this.#key))
      if (!found.has(this.#key)) found.set(this.#key, this.#lastString)
    this.#key = undefined
    this.#lastString = undefined
  }
}
