import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openReader, openWriter, prepareFolder } from './database.ts'
import { DictionaryReader } from './dictionary-reader.ts'
import { DictionaryWriter } from './dictionary-writer.ts'

let folder: string
let databases: DatabaseSync[]
let writer: DictionaryWriter
let reader: DictionaryReader
let epoch: number | undefined
let changes: number

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embedded-dictionary-'))
  prepareFolder(folder)
  databases = [openWriter(folder), openReader(folder)]
  const [writing, reading] = databases as [DatabaseSync, DatabaseSync]
  changes = 0
  epoch = 0
  writer = new DictionaryWriter(writing, () => changes++)
  reader = new DictionaryReader(reading, () => epoch)
})

afterEach(() => {
  for (const database of databases) database.close()
  rmSync(folder, { recursive: true })
})

const looks = () => [reader.kind('one', 'Patient'), reader.isSingle(7)]

test('what is not there is remembered for one epoch, where all is read as of one commit', () => {
  expect(reader.recalling(looks)).toEqual([undefined, true])
  const patient = writer.kind('one', 'Patient')
  writer.repeat(7)
  expect(reader.recalling(looks)).toEqual([undefined, true])
  expect(looks()).toEqual([patient, false])
})

test('another epoch begins without a memory, and what is found is kept', () => {
  expect(reader.recalling(looks)).toEqual([undefined, true])
  const patient = writer.kind('one', 'Patient')
  writer.repeat(7)
  epoch = 2
  expect(reader.recalling(looks)).toEqual([patient, false])
})

test('while a commit is under way nothing is remembered', () => {
  epoch = undefined
  expect(reader.recalling(looks)).toEqual([undefined, true])
  const patient = writer.kind('one', 'Patient')
  writer.repeat(7)
  expect(reader.recalling(looks)).toEqual([patient, false])
})

test('what was read while the epoch ended is read again, and not remembered', () => {
  let runs = 0
  const seen = reader.recalling(() => {
    const before = looks()
    if (runs++ > 0) return before
    writer.kind('one', 'Patient')
    writer.repeat(7)
    epoch = 2
    return before
  })
  expect([seen, runs]).toEqual([looks(), 2])
  expect(reader.recalling(looks)).toEqual(looks())
})

test('a failure leaves nothing behind of an epoch that ended meanwhile', () => {
  const failing = () =>
    reader.recalling(() => {
      looks()
      epoch = undefined
      throw new Error('out of time')
    })
  expect(failing).toThrow('out of time')
  const patient = writer.kind('one', 'Patient')
  writer.repeat(7)
  epoch = 0
  expect(reader.recalling(looks)).toEqual([patient, false])
})

test('the writer tells of types and repeated parameters that are new, each once', () => {
  writer.kind('one', 'Patient')
  writer.repeat(7)
  expect(changes).toBe(2)
  writer.kind('one', 'Patient')
  writer.repeat(7)
  writer.forget()
  writer.kind('one', 'Patient')
  writer.repeat(7)
  expect(changes).toBe(2)
})
