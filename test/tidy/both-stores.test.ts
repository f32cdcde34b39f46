/** What is held of interactions is held on both stores. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ELSEWHERE, OVER_ENGINES } from '#test/engines/conformance.ts'
import { root } from './sources.ts'

const FOLDER = join(root, 'test/conformance')

test('every table of interactions runs over the engines, or says why it does not', () => {
  const opening = readdirSync(FOLDER)
    .filter(file => file.endsWith('.test.ts') && readFileSync(join(FOLDER, file), 'utf8').includes('openRestWorld'))
    .map(file => file.slice(0, -'.test.ts'.length))
  const placed = new Set([...Object.values(OVER_ENGINES).flat(), ...Object.keys(ELSEWHERE)])
  expect(opening.filter(name => !placed.has(name))).toEqual([])
})
