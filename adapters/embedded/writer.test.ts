import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Change } from '#service/ports/resource-store.ts'
import { changeOf, deletionOf, documentOf, FIRST_WRITE, freshTenant } from '#test/contract/changes.ts'
import { openWriter, prepareFolder } from './database.ts'
import { encodeCommit } from './wire.ts'
import { Writer } from './writer.ts'

let folder: string
let database: DatabaseSync
let writer: Writer

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embedded-writer-'))
  prepareFolder(folder)
  database = openWriter(folder)
  writer = new Writer(database)
})

afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

const tenant = freshTenant()
const now = () => FIRST_WRITE
const request = (...changes: Change[]) => encodeCommit(tenant, { changes, deadline: 0 }, FIRST_WRITE)

const versions = (): unknown[] =>
  database
    .prepare('SELECT r.id, v.version FROM version v JOIN resource r ON r.key = v.key ORDER BY v.seq')
    .all()
    .map(row => `${row.id} ${row.version}`)

const rowsOf = (table: string): number => Number(database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.rows)

const counts = (): unknown => ({ ...database.prepare('SELECT live, versions FROM kind').get() })

test('answers each request of a group for itself, in order', () => {
  const outcomes = writer.writeGroup(
    [
      request(changeOf('Patient', 'a')),
      request(changeOf('Patient', 'a')),
      request(changeOf('Patient', 'a', 2), changeOf('Patient', 'b')),
      encodeCommit(tenant, { changes: [changeOf('Patient', 'c')], deadline: 0 }, FIRST_WRITE - 1),
    ],
    now,
  )
  expect(outcomes).toEqual([
    { committed: true },
    { committed: false, conflict: { kind: 'version', type: 'Patient', id: 'a' } },
    { committed: true },
    { failure: 'expired', message: 'The deadline had passed before it was written.' },
  ])
  expect(versions()).toEqual(['a 1', 'a 2', 'b 1'])
  expect(counts()).toEqual({ live: 2, versions: 3 })
})

test('refuses a commit that names a resource twice', () => {
  const [outcome] = writer.writeGroup([request(changeOf('Patient', 'a'), changeOf('Patient', 'a'))], now)
  expect(outcome).toEqual({ committed: false, conflict: { kind: 'version', type: 'Patient', id: 'a' } })
  expect(versions()).toEqual([])
})

test('goes on after the disk was full, with nothing half done', () => {
  writer.writeGroup([request(changeOf('Patient', 'a'))], now)
  const pages = Number(database.prepare('PRAGMA page_count').get()?.page_count)
  database.exec(`PRAGMA max_page_count = ${pages + 20}`)
  const large = changeOf('Patient', 'large', 1, { body: 'x'.repeat(1_000_000) })
  const group = [
    request(changeOf('Patient', 'b')),
    request(changeOf('Patient', 'c'), large),
    request(changeOf('Patient', 'd')),
  ]
  const committed = { committed: true }
  expect(writer.writeGroup(group, now)).toEqual([
    committed,
    { failure: 'full', message: 'database or disk is full' },
    committed,
  ])
  expect(versions()).toEqual(['a 1', 'b 1', 'd 1'])
  expect(counts()).toEqual({ live: 3, versions: 3 })
  database.exec('PRAGMA max_page_count = 1000000')
  expect(writer.writeGroup([request(changeOf('Patient', 'c'), large)], now)).toEqual([committed])
  expect(versions()).toEqual(['a 1', 'b 1', 'd 1', 'c 1', 'large 1'])
  expect(counts()).toEqual({ live: 5, versions: 5 })
})

test('takes every index row of the version before away', () => {
  const values = {
    identifier: [{ kind: 'token', system: 's', code: 'c' }],
    family: [{ kind: 'string', value: 'A', normalized: 'a' }],
    'general-practitioner': [{ kind: 'reference', type: 'Practitioner', id: '1', url: undefined, version: undefined }],
    birthdate: [{ kind: 'date', low: 1, high: 2 }],
  } as const
  const document = documentOf('Patient', 'a', values, { compartments: ['Patient/a'] })
  const observed = {
    'value-quantity': [{ kind: 'quantity', low: 1, high: 1, system: 's', code: 'c', unit: 'u' }],
  } as const
  const quantity = documentOf('Observation', 'o', observed)
  writer.writeGroup([request(changeOf('Patient', 'a', 1, { document }))], now)
  writer.writeGroup([request(changeOf('Observation', 'o', 1, { document: quantity }))], now)
  const tables = ['token', 'string', 'reference', 'date', 'amount']
  expect(tables.map(rowsOf)).toEqual([2, 1, 1, 1, 1])
  writer.writeGroup([request(changeOf('Patient', 'a', 2, { document: documentOf('Patient', 'a', {}) }))], now)
  writer.writeGroup([request(deletionOf('Observation', 'o', 2))], now)
  expect(tables.map(rowsOf)).toEqual([0, 0, 0, 0, 0])
})

test('leaves rows alone that two versions share', () => {
  const tokens = (...codes: string[]) => ({
    identifier: codes.map(code => ({ kind: 'token', system: 's', code }) as const),
    family: codes.map(code => ({ kind: 'string', value: code, normalized: code }) as const),
  })
  // Half a surrogate pair is stored as U+FFFD.
  const write = (versionId: number, ...codes: string[]) => {
    const document = documentOf('Patient', 'a', tokens(...codes), { versionId })
    writer.writeGroup([request(changeOf('Patient', 'a', versionId, { document }))], now)
    return ['code FROM token', 'normalized FROM string'].map(column =>
      database
        .prepare(`SELECT ${column}`)
        .all()
        .flatMap(row => Object.values(row)),
    )
  }
  expect(write(1, 'a', 'b', '\ud800')).toEqual([
    ['a', 'b', '\ufffd'],
    ['a', 'b', '\ufffd'],
  ])
  expect(write(2, 'b', 'c', '\ud800')).toEqual([
    ['b', 'c', '\ufffd'],
    ['b', 'c', '\ufffd'],
  ])
})

test('what was purged leaves none of its words', () => {
  const withWords = (id: string, content: string): Change =>
    changeOf('Patient', id, 1, { document: { ...documentOf('Patient', id, {}), words: { narrative: '', content } } })
  writer.writeGroup([request(withWords('a', 'zwiebelturm')), request(withWords('b', 'kirche'))], now)
  writer.writeGroup([request(deletionOf('Patient', 'a', 2))], now)
  const holds = (word: string): boolean =>
    Number(
      database.prepare('SELECT count(*) AS found FROM full_text_data WHERE instr(block, ?)').get(Buffer.from(word))
        ?.found,
    ) > 0
  const found = (word: string) => database.prepare('SELECT rowid FROM full_text(?)').all(word).length
  expect([found('kirche'), rowsOf('fresh_words')]).toEqual([0, 2])
  expect([writer.addWords(), found('zwiebelturm'), found('kirche'), rowsOf('fresh_words')]).toEqual([false, 0, 1, 0])
  writer.writeGroup([request(withWords('c', 'zwiebelturm'))], now)
  writer.addWords()
  writer.writeGroup([request(deletionOf('Patient', 'c', 2))], now)
  writer.addWords()
  expect([found('zwiebelturm'), holds('zwiebelturm')]).toEqual([0, true])
  writer.dropWords()
  expect(holds('zwiebelturm')).toBe(true)
  expect(writer.purge({ tenant, type: 'Patient', id: 'c', versionId: 2 })).toEqual({ committed: true })
  writer.dropWords()
  expect([holds('zwiebelturm'), found('kirche')]).toEqual([false, 1])
})
