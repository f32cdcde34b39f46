import { expect, test } from 'vitest'
import { parseLoadOptions } from './options.ts'

test('takes paths alone', () => {
  expect(parseLoadOptions(['data', 'more.ndjson.gz'])).toEqual({
    paths: ['data', 'more.ndjson.gz'],
    baseUrl: 'http://localhost:8080/fhir',
    concurrency: 4,
    headers: {},
  })
})

test('takes everything', () => {
  const argv = [
    '--url',
    'https://host/r4/',
    '--concurrency=8',
    '--header',
    'Authorization: Bearer a:b',
    'x',
    '--header',
    'X-A:',
  ]
  expect(parseLoadOptions(argv)).toEqual({
    paths: ['x'],
    baseUrl: 'https://host/r4',
    concurrency: 8,
    headers: { authorization: 'Bearer a:b', 'x-a': '' },
  })
})

test.each([
  [[], 'Name at least one file or folder to load'],
  [['x', '--url', 'localhost'], '--url takes the base of a FHIR endpoint such as http://localhost:8080/fhir, not'],
  [['x', '--concurrency', '0'], "--concurrency takes a whole number from 1 to 64, not '0'"],
  [['x', '--header', 'no colon'], "--header takes 'Name: value', not 'no colon'"],
  [['x', '--speed'], "Unknown option '--speed'"],
])('%j is refused', (argv, sentence) => {
  expect(parseLoadOptions(argv)).toContain(sentence)
})
