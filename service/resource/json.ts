import type { JsonValue, RawJson } from './content.ts'

// TypeScript's library doesn't know the JSON source text proposal yet; Node 24 has it.
const { rawJSON, isRawJSON } = JSON as typeof JSON & {
  rawJSON(token: string): RawJson
  isRawJSON(value: unknown): boolean
}

/** @throws Fault 'invalid' with line and column where the text is no JSON. */
export function parseJson(text: string): JsonValue {
  return JSON.parse(text, (_key, value, context?: { source: string }) =>
    typeof value === 'number' && context && String(value) !== context.source ? rawJSON(context.source) : value,
  )
}

export function stringifyJson(value: JsonValue): string {
  return JSON.stringify(value)
}

export const isRawJson = (value: unknown): value is RawJson => isRawJSON(value)

/** The number of a decimal, exact or nearest; undefined for what is no number. */
export function numberOf(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return value
  return isRawJson(value) ? Number(value.rawJSON) : undefined
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

export const encodeUtf8 = (text: string): Uint8Array => encoder.encode(text)

/** @throws Fault 'invalid' where the bytes are no UTF-8. A byte order mark is dropped. */
export const decodeUtf8 = (bytes: Uint8Array): string => decoder.decode(bytes)
