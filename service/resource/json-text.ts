import { decodeUtf8 } from './json.ts'

/** Text of JSON, or its bytes in UTF-8: whichever is at hand, since a way from one to the other copies it. */
export type JsonText = string | Uint8Array

/** Not to be written to. What is short shares its memory with others. */
export const bytesOfJson = (json: JsonText): Uint8Array => (typeof json === 'string' ? Buffer.from(json) : json)

export const textOfJson = (json: JsonText): string => (typeof json === 'string' ? json : decodeUtf8(json))

/**
 * Whether the text, as it is written, matches somewhere: a third of the time that `includes` takes.
 * @param pattern of ASCII, without the flags g and y.
 */
export const mentions = (json: JsonText, pattern: RegExp): boolean =>
  pattern.test(
    typeof json === 'string' ? json : Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString('latin1'),
  )
