/** Words are found alike while they are fresh and once they are in their index. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Node, ScopedQuery } from '#service/search/ast.ts'
import type { DocumentWords } from '#service/search/document.ts'
import { changeOf, deletionOf, documentOf, freshTenant } from '#test/contract/changes.ts'
import { openReader, openWriter, prepareFolder } from '../database.ts'
import { DictionaryReader } from '../dictionary-reader.ts'
import { encodeCommit } from '../wire.ts'
import { Writer } from '../writer.ts'
import { QUICK_LIMITS } from './compile-context.ts'
import { Searcher } from './searcher.ts'

let folder: string
let database: DatabaseSync
let reader: DatabaseSync
let writer: Writer
let searcher: Searcher

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embedded-words-'))
  prepareFolder(folder)
  database = openWriter(folder)
  writer = new Writer(database)
  reader = openReader(folder)
  searcher = new Searcher(reader, new DictionaryReader(reader))
})

afterEach(() => {
  database.close()
  reader.close()
  rmSync(folder, { recursive: true })
})

const tenant = freshTenant()

function write(id: string, version: number, words: DocumentWords | undefined): void {
  const change =
    words === undefined
      ? deletionOf('Patient', id, version)
      : changeOf('Patient', id, version, { document: { ...documentOf('Patient', id, {}), words } })
  const [outcome] = writer.writeGroup([encodeCommit(tenant, { changes: [change], deadline: 0 }, 0)], () => 0)
  expect(outcome).toEqual({ committed: true })
}

const content = (text: string): DocumentWords => ({ narrative: '', content: text })

function find(within: 'narrative' | 'content', ...words: string[]): string[] {
  const found = (node: Node): string[] => {
    const query = { type: 'Patient', where: node } as ScopedQuery
    const request = { query, sort: [], count: 10, total: 'none', deadline: 0 } as const
    return searcher.search(tenant, request, 10_000, QUICK_LIMITS).hits.map(({ id }) => id)
  }
  const node: Node = { kind: 'words', within, words }
  const listed = found(node)
  // As a test of each candidate: everything but what doesn't have them.
  expect(found({ kind: 'not', node: { kind: 'not', node } })).toEqual(listed)
  return listed
}

test('whole words alone, of the narrative or of everything', () => {
  write('a', 1, { narrative: 'left arm', content: 'left arm 5.4mg|urn:x' })
  write('b', 1, { narrative: '', content: 'leftover arms, 10.4mg; \u00e4ra' })
  const look = () => [
    find('content', 'left'),
    find('narrative', 'arm', 'left'),
    find('content', '4mg'),
    find('content', 'x'),
    find('content', 'arms', '10'),
    find('content', 'ra'),
    find('narrative', 'leftover'),
  ]
  const expected = [['a'], ['a'], ['a', 'b'], ['a'], ['b'], [], []]
  expect(look()).toEqual(expected)
  writer.addWords()
  expect(look()).toEqual(expected)
})

test('of the newest version, whichever words have been moved', () => {
  write('a', 1, content('kirche'))
  write('b', 1, content('kirche'))
  writer.addWords()
  write('a', 2, content('turm'))
  write('b', 2, undefined)
  write('c', 1, content('kirche turm'))
  expect([find('content', 'kirche'), find('content', 'turm')]).toEqual([['c'], ['a', 'c']])
  writer.addWords()
  expect([find('content', 'kirche'), find('content', 'turm')]).toEqual([['c'], ['a', 'c']])
  write('b', 3, content('kirche'))
  write('c', 2, content(''))
  expect([find('content', 'kirche'), find('content', 'turm')]).toEqual([['b'], ['a']])
  writer.addWords()
  expect([find('content', 'kirche'), find('content', 'turm')]).toEqual([['b'], ['a']])
})

test('a writer that starts anew goes on where the last one was', () => {
  write('a', 1, content('kirche'))
  writer = new Writer(database)
  expect([writer.addWords(), find('content', 'kirche')]).toEqual([false, ['a']])
  expect(database.prepare('SELECT count(*) AS fresh FROM fresh_words').get()).toEqual({ fresh: 0 })
})
