import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

let folder: string
const children: ChildProcess[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gateway-main-'))
})

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
})

afterAll(() => rm(folder, { recursive: true }))

function start(environment: Readonly<Record<string, string>>, ...options: readonly string[]) {
  const env = { ...process.env, DATA_DIR: join(folder, 'data'), PORT: '0', LOG_LEVEL: 'info', ...environment }
  const child = spawn(process.execPath, [resolve(import.meta.dirname, 'start.js'), ...options], { env })
  children.push(child)
  return child
}

/** Of a process that ends by itself. */
async function outcomeOf(child: ReturnType<typeof start>) {
  const [[code], stdout, stderr] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)])
  return { code, stdout, stderr }
}

test('it says where it is and how to try it, and ends in order when it is told to', async () => {
  const child = start({})
  const [output] = await once(child.stdout, 'data')
  const port = /http:\/\/localhost:(\d+)\/fhir/.exec(String(output))?.[1]
  expect(String(output)).toBe(`FHIR REST  http://localhost:${port}/fhir
GraphQL    http://localhost:${port}/graphql

Try:
  curl http://localhost:${port}/fhir/Patient -H 'Content-Type: application/fhir+json' \
-d '{"resourceType":"Patient","name":[{"family":"Shaw"}]}'
  curl http://localhost:${port}/graphql -H 'Content-Type: application/json' \
-d '{"query":"{ PatientList { id name { family } } }"}'
`)
  expect((await fetch(`http://localhost:${port}/fhir/metadata`)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await outcomeOf(child)).toEqual({ code: 0, stdout: '', stderr: '' })
})

test('an environment that makes no sense is explained', async () => {
  expect(await outcomeOf(start({ PORT: 'http', LOG_LEVEL: 'loud' }))).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'PORT is "http", but must be a port number from 0 (any free port) to 65535.\n' +
      'LOG_LEVEL is "loud", but must be one of debug, info, warn, error, silent.\n',
  })
})

test('a port that is in use is explained', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  expect(await outcomeOf(start({ PORT: String(port) }))).toEqual({
    code: 1,
    stdout: '',
    stderr: `Port ${port} of 127.0.0.1 is in use. Choose another one: PORT=8081 npm start\n`,
  })
  other.close()
})

test('a data folder that another server uses is explained', async () => {
  const first = start({})
  await once(first.stdout, 'data')
  const reason = `Another server is using the data folder ${join(folder, 'data')}.`
  expect(await outcomeOf(start({}))).toEqual({
    code: 1,
    stdout: '',
    stderr: `${reason} Stop it, or give this one a folder of its own.\n`,
  })
})

test('a data folder that can not be used is explained', async () => {
  const file = join(folder, 'file')
  await writeFile(file, '')
  const { code, stdout, stderr } = await outcomeOf(start({ DATA_DIR: file }))
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^\S+ can't be the data folder: a file is in the way \(EEXIST[^)]+\)\. Remove it, or choose /)
  const damaged = join(folder, 'damaged')
  await mkdir(damaged)
  await writeFile(join(damaged, 'gateway.sqlite'), 'no database, but long enough to be looked at as one '.repeat(100))
  expect(await outcomeOf(start({ DATA_DIR: damaged }))).toEqual({
    code: 1,
    stdout: '',
    stderr:
      `gateway.sqlite in the data folder ${damaged} is damaged, or no database (file is not a database). ` +
      'Put back a copy of the folder that is whole.\n',
  })
})

test('engines without Java are explained, and so is an option that there is not', async () => {
  expect(await outcomeOf(start({ PATH: folder }, '--engines'))).toEqual({
    code: 1,
    stdout: '',
    stderr: "The engines need Java 17 or newer, and 'java' does not run here.\n",
  })
  expect(await outcomeOf(start({}, '--engine'))).toEqual({
    code: 1,
    stdout: '',
    stderr: '--engine is no option. There is --engines.\n',
  })
})
