import { expect, test } from 'vitest'
import { bytesOfJson, mentions, textOfJson } from './json-text.ts'

const TEXT = '{"family":"Håkansson €","tag":[]}'
const BYTES = new TextEncoder().encode(TEXT)

test('text and bytes are the same', () => {
  expect([textOfJson(TEXT), textOfJson(BYTES)]).toEqual([TEXT, TEXT])
  expect([new Uint8Array(bytesOfJson(TEXT)), bytesOfJson(BYTES)]).toEqual([BYTES, BYTES])
})

test('what is written in it is found in either, part of a larger buffer or not', () => {
  const inside = Buffer.concat([Buffer.from('"security":['), BYTES]).subarray('"security":['.length)
  for (const json of [TEXT, BYTES, inside]) {
    expect([mentions(json, /"tag":\[/), mentions(json, /"security":\[/)]).toEqual([true, false])
  }
})
