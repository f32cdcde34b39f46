import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { differences, readGenerated, writeGenerated } from './generated-folder.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'codegen-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

it('makes the folder hold the generated files and no others', () => {
  const files = new Map([
    ['a.json', '1'],
    ['deep/b.json', '2'],
  ])
  writeFileSync(join(folder, 'old.json'), 'x')
  writeGenerated(folder, files)
  expect(readGenerated(folder)).toEqual(files)
})

it('names what differs, is missing or is too much', () => {
  const present = new Map([
    ['same', '1'],
    ['edited', 'x'],
    ['stray', '1'],
  ])
  const expected = new Map([
    ['same', '1'],
    ['edited', 'y'],
    ['deep/missing', '1'],
  ])
  expect(differences(present, expected)).toEqual(['missing: deep/missing', 'differs: edited', 'not generated: stray'])
})

it('finds everything missing where there is no folder', () => {
  expect(differences(readGenerated(join(folder, 'none')), new Map([['a', '1']]))).toEqual(['missing: a'])
})
