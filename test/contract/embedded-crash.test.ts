/** kill -9 in the middle of writing: what was acknowledged is there, and nothing is there by half. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEmbedded, type PrimaryEngine } from '#adapters/embedded/index.ts'
import type { ScopedQuery } from '#service/search/ast.ts'
import { searchParameter } from '#test/support/search-parameter.ts'
import { TEST_TENANT } from '#test/support/test-call.ts'
import { soon } from './changes.ts'

const ROUNDS = 6
const COMMITS_PER_ROUND_MAX = 10_000
const WRITER = new URL('../support/crash-writer.ts', import.meta.url)

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'embedded-crash-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

test('loses nothing acknowledged and keeps nothing half done', { timeout: 120_000 }, async () => {
  const acknowledged = new Set<number>()
  for (let round = 0; round < ROUNDS; round++) {
    const first = round * COMMITS_PER_ROUND_MAX + 1
    // Each round dies at another point of the log: after a few commits, or many groups of them.
    await writeUntilKilled(first, 3 + round * 60, number => acknowledged.add(number))
    const engine = await openEmbedded({ role: 'primary', folder })
    expect(await unlike(engine, first, acknowledged)).toEqual([])
    await engine.close()
  }
  expect(acknowledged.size).toBeGreaterThan(ROUNDS * 3)
})

/** Resolves once the process is gone, killed after so many acknowledgements; what it still said counts. */
async function writeUntilKilled(first: number, count: number, acknowledged: (number: number) => void): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [WRITER.pathname, folder, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = new Promise(resolve => child.once('exit', resolve))
  let heard = 0
  if (!child.stdout) throw new Error('the writer says nothing')
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged(Number(line))
    if (++heard === count) child.kill('SIGKILL')
  }
  await gone
  expect(heard).toBeGreaterThanOrEqual(count)
}

/** Commits of this round that are neither whole nor absent, or absent though acknowledged. */
async function unlike(engine: PrimaryEngine, first: number, acknowledged: ReadonlySet<number>): Promise<string[]> {
  const last = Math.max(...acknowledged) + 100
  const wrong: string[] = []
  for (let number = first; number <= last; number++) {
    const parts = await partsOf(engine, number)
    const there = parts.filter(Boolean).length
    if (there > 0 && there < parts.length) wrong.push(`${number} is there by half: ${parts}`)
    if (there === 0 && acknowledged.has(number)) wrong.push(`${number} is lost`)
  }
  return wrong
}

/** What is there of a commit: versions, claim, index rows. */
async function partsOf({ store, index }: PrimaryEngine, number: number): Promise<boolean[]> {
  const id = `c${number}`
  const [patient, device] = await store.readNewest(
    TEST_TENANT,
    [
      { type: 'Patient', id },
      { type: 'Device', id },
    ],
    soon(),
  )
  const claim = await store.readClaim(TEST_TENANT, `claim-${number}`, soon())
  const indexed = await Promise.all(
    ['Patient', 'Device'].map(type => {
      const where = {
        kind: 'token',
        parameter: searchParameter(type, 'identifier'),
        system: 'commit',
        code: String(number),
      } as const
      const query = { type, where } as unknown as ScopedQuery
      return index.search(TEST_TENANT, { query, sort: [], count: 1, total: 'none', deadline: soon() })
    }),
  )
  return [
    patient !== undefined,
    device !== undefined,
    claim !== undefined,
    ...indexed.map(page => page.hits.length === 1),
  ]
}
