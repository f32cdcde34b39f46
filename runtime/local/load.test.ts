import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FakeServer, startFakeServer } from '#test/support/fake-server.ts'

let folder: string
let server: FakeServer

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'load-'))
  writeFileSync(join(folder, 'good.json'), '{"resourceType":"Basic","id":"good"}')
  server = await startFakeServer(({ path }) =>
    path.endsWith('good') ? { status: 201 } : { status: 422, body: { issue: [{ diagnostics: 'No such code' }] } },
  )
})

afterEach(async () => {
  rmSync(folder, { recursive: true })
  await server.close()
})

async function load(...args: readonly string[]): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'load.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => texts.push(String(chunk)))
  const code = await new Promise<number | null>(resolve => child.on('close', resolve))
  return {
    code,
    text: texts
      .join('')
      .replaceAll(folder, '.')
      .replace(/[\d,.]+ resources\/s(.*) [\d.]+ s\./, '_ resources/s$1 _ s.'),
  }
}

test('ends with 0 where everything was loaded', async () => {
  expect(await load(folder, '--url', server.baseUrl)).toEqual({
    code: 0,
    text: 'Done: 1 / 1 files, 1 resources, _ resources/s, 0 failed, _ s.\n',
  })
})

test('ends with 1 where something failed, and says what', async () => {
  writeFileSync(join(folder, 'bad.json'), '{"resourceType":"Basic","id":"bad"}')
  expect(await load(folder, '--url', server.baseUrl)).toEqual({
    code: 1,
    text:
      'FAILED ./bad.json: 422 Unprocessable Entity\n  No such code\n' +
      'Done with failures: 2 / 2 files, 1 resources, _ resources/s, 1 failed, _ s.\n',
  })
})

test('ends with 1 and a hint where no server is', async () => {
  await server.close()
  expect(await load(folder, '--url', server.baseUrl)).toEqual({
    code: 1,
    text: `Nothing answers at ${server.baseUrl}. Start the gateway (npm start), or name another base with --url.\n`,
  })
})

test('ends with 2 for wrong usage', async () => {
  expect(await load(join(folder, 'none.json'))).toEqual({
    code: 2,
    text: './none.json: there is no such file or folder\n',
  })
  expect(await load()).toMatchObject({
    code: 2,
    text: expect.stringMatching(/^Name at least one.*\n\nUsage: npm run load/),
  })
})
