import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Fault } from '#service/fault.ts'
import type { Node, ScopedQuery } from '#service/search/ast.ts'
import { changeOf, documentOf, freshTenant } from '#test/contract/changes.ts'
import { searchParameter } from '#test/support/search-parameter.ts'
import { openReader, openWriter, prepareFolder } from '../database.ts'
import { DictionaryReader } from '../dictionary-reader.ts'
import { encodeCommit } from '../wire.ts'
import { Writer } from '../writer.ts'
import { QUICK_LIMITS } from './compile-context.ts'
import { Searcher } from './searcher.ts'

const tenant = freshTenant()
const folder = mkdtempSync(join(tmpdir(), 'embedded-alternatives-'))
let search: (nodes: readonly Node[]) => string[]
let close: () => void

beforeAll(() => {
  prepareFolder(folder)
  const database = openWriter(folder)
  const changes = ['a', 'b', 'c'].map((id, index) => {
    const value = String(900 + index)
    const document = documentOf('Patient', id, {
      identifier: [
        { kind: 'token', system: 's', code: value },
        { kind: 'token', system: 'other', code: value },
      ],
      family: [{ kind: 'string', value, normalized: value }],
      'general-practitioner': [
        { kind: 'reference', type: 'Practitioner', id: value, url: undefined, version: undefined },
      ],
    })
    return changeOf('Patient', id, 1, { document })
  })
  new Writer(database).writeGroup([encodeCommit(tenant, { changes, deadline: 0 }, 0)], () => 0)
  database.close()
  const reader = openReader(folder)
  close = () => reader.close()
  const searcher = new Searcher(reader, new DictionaryReader(reader))
  search = nodes => {
    const query = { type: 'Patient', where: { kind: 'or', nodes } } as unknown as ScopedQuery
    const request = { query, sort: [], count: 9, total: 'none', deadline: 0 } as const
    return searcher.search(tenant, request, 60_000, QUICK_LIMITS).hits.map(hit => hit.id)
  }
})

afterAll(() => {
  close()
  rmSync(folder, { recursive: true })
})

/** Alternatives for 0, 1, 2 ... as the parameter has them. */
const numbered = (count: number, node: (value: string) => Node) =>
  Array.from({ length: count }, (_, index) => node(String(index)))

const identified = (value: string, system?: string): Node => ({
  kind: 'token',
  parameter: searchParameter('Patient', 'identifier'),
  system,
  code: value,
})

const named = (value: string): Node => ({
  kind: 'string',
  parameter: searchParameter('Patient', 'family'),
  mode: 'starts',
  value,
})

test.each([1, 16, 17, 902, 20_000])('%i values of a token, with a system and without', count => {
  const expected = count > 902 ? ['a', 'b', 'c'] : count > 901 ? ['a', 'b'] : []
  expect(search(numbered(count, value => identified(value, 's')))).toEqual(expected)
  expect(search(numbered(count, value => identified(value)))).toEqual(expected)
})

test('20,000 references, of a type and of any', () => {
  for (const type of ['Practitioner', undefined]) {
    const reference = (id: string): Node => ({
      kind: 'reference',
      parameter: searchParameter('Patient', 'general-practitioner'),
      type,
      id,
      url: undefined,
      version: undefined,
    })
    expect(search(numbered(20_000, reference))).toEqual(['a', 'b', 'c'])
  }
})

test('1,500 strings, and tokens among them', () => {
  const nodes = [...numbered(1500, value => named(`9${value}`)), identified('902', 's')]
  expect(search(nodes)).toEqual(['a', 'b', 'c'])
})

test('more strings than a statement can hold are refused', () => {
  let failure: unknown
  try {
    search(numbered(20_000, named))
  } catch (error) {
    failure = error
  }
  expect(Fault.is(failure) && [failure.category, failure.message]).toEqual([
    'too-costly',
    'The search has too many alternatives or joins. Split it into several.',
  ])
})
