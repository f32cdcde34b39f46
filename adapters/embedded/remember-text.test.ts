import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { DictionaryReader } from './dictionary-reader.ts'
import { DictionaryWriter } from './dictionary-writer.ts'
import { rememberText } from './remember-text.ts'
import { SCHEMA } from './schema.ts'

test('keeps 50,000 texts at the most, and none of more than 1,000 characters', () => {
  const known = new Map<string, number>()
  for (let number = 1; number <= 50_000; number++) rememberText(known, `urn:${number}`, number)
  rememberText(known, 'x'.repeat(1_001), 0)
  expect(known.size).toBe(50_000)
  rememberText(known, 'x'.repeat(1_000), 1)
  expect(known).toEqual(new Map([['x'.repeat(1_000), 1]]))
})

test('dictionaries look long texts up each time, others once', () => {
  const database = new DatabaseSync(':memory:')
  database.exec(SCHEMA)
  const [writer, reader] = [new DictionaryWriter(database), new DictionaryReader(database)]
  const [short, long] = ['urn:short', `urn:${'long'.repeat(1_000)}`]
  for (const text of [short, long]) {
    const number = writer.system(text)
    expect([writer.system(text), reader.system(text), reader.system(text)]).toEqual([number, number, number])
  }
  expect(writer.unit('s', 'mg', long)).toBe(writer.unit('s', 'mg', long))
  const number = writer.system(short)
  database.exec('DELETE FROM system')
  expect([writer.system(short), reader.system(short), reader.system(long)]).toEqual([number, number, undefined])
  database.close()
})
