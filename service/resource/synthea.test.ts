/** Real input: what Synthea writes is valid, and comes back to the letter. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { issuesOf } from '#test/support/validation.ts'
import { parseJson, stringifyJson } from './json.ts'

const VECTORS = new URL('../../test/vectors/synthea/', import.meta.url)
const files = readdirSync(VECTORS).filter(file => file.endsWith('.json'))

/** JSON text without the white space between its tokens. */
const compact = (text: string): string =>
  text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_match, string?: string) => string ?? '')

describe.each(files)('%s', file => {
  const text = readFileSync(new URL(file, VECTORS), 'utf8')

  it('is a valid Bundle', () => {
    expect(issuesOf(parseJson(text), { type: 'Bundle' })).toEqual([])
  })

  it('keeps its numbers and its texts', () => {
    expect(stringifyJson(parseJson(text))).toBe(compact(text))
  })
})
