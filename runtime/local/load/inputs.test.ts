import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findInputs } from './inputs.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inputs-'))
  mkdirSync(join(folder, 'deep/er'), { recursive: true })
  for (const name of [
    'b.json',
    'practitionerInformation1.json',
    'hospitalInformation1.json',
    'deep/a.NDJSON.gz',
    'deep/er/c.jsonl',
  ])
    writeFileSync(join(folder, name), '{}')
  writeFileSync(join(folder, 'notes.txt'), '')
})

afterAll(() => rmSync(folder, { recursive: true }))

test('walks folders, puts hospitals and practitioners first, and passes other files over', () => {
  const { stages, problems } = findInputs([folder, join(folder, 'b.json')])
  const relative = stages.map(stage => stage.map(file => ({ ...file, path: file.path.slice(folder.length + 1) })))
  const json = { bytes: 2, format: 'json', compressed: false }
  expect({ stages: relative, problems }).toEqual({
    stages: [
      [{ path: 'hospitalInformation1.json', ...json }],
      [{ path: 'practitionerInformation1.json', ...json }],
      [
        { path: 'b.json', ...json },
        { path: 'deep/a.NDJSON.gz', bytes: 2, format: 'ndjson', compressed: true },
        { path: 'deep/er/c.jsonl', bytes: 2, format: 'ndjson', compressed: false },
      ],
    ],
    problems: [],
  })
})

test('says which paths cannot be loaded', () => {
  expect(findInputs([join(folder, 'none'), join(folder, 'notes.txt')]).problems).toEqual([
    `${folder}/none: there is no such file or folder`,
    `${folder}/notes.txt: its name ends in none of .json, .ndjson, .jsonl, or these with .gz`,
  ])
})
