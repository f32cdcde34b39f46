import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { OutOfTime, Ticker } from './tick.ts'

const HOUR = 3_600_000

test('patience lasts so long in each search, and not beyond its end in another', () => {
  const database = new DatabaseSync(':memory:')
  const ticker = new Ticker(database)
  const asked = (milliseconds: number) =>
    Number(database.prepare('SELECT patient(?) AS answer').get(milliseconds)?.answer)
  expect(ticker.within(HOUR, () => [asked(0), asked(HOUR)])).toEqual([0, 0])
  expect(ticker.within(HOUR, () => [asked(HOUR), asked(0)])).toEqual([1, 1])
  database.close()
})

test('a statement ends with its time', () => {
  const database = new DatabaseSync(':memory:')
  const ticker = new Ticker(database)
  const rows = database.prepare(
    'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE NOT tick(i)',
  )
  expect(() => ticker.within(1, () => rows.all())).toThrow(OutOfTime)
  database.close()
})
