import { decodeUtf8 } from './json.ts'

/** Text of JSON, or its bytes in UTF-8: whichever is at hand, since a way from one to the other copies it. */
export type JsonText = string | Uint8Array

/** Not to be written to. What is short shares its memory with others. */
export const bytesOfJson = (json: JsonText): Uint8Array => (typeof json === 'string' ? Buffer.from(json) : json)

export const textOfJson = (json: JsonText): string => (typeof json === 'string' ? json : decodeUtf8(json))

/** Whether any of the parts is somewhere in it, as it is written. */
export function mentions(json: JsonText, ...parts: readonly string[]): boolean {
  const text = typeof json === 'string' ? json : Buffer.from(json.buffer, json.byteOffset, json.byteLength)
  return parts.some(part => text.includes(part))
}
