import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FakeAnswer, type FakeRequest, type FakeServer, startFakeServer } from '#test/support/fake-server.ts'
import type { Failure } from './answer.ts'
import { findInputs } from './inputs.ts'
import { load } from './loader.ts'
import { createSender } from './send.ts'

let folder: string
let server: FakeServer | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loader-'))
})

afterEach(async () => {
  rmSync(folder, { recursive: true })
  await server?.close()
  server = undefined
})

interface Outcome {
  readonly resources: number
  readonly failures: readonly Failure[]
  readonly done: readonly string[]
  readonly waits: readonly number[]
  readonly requests: readonly FakeRequest[]
}

/** Loads the files from a folder of their own into a server that answers so. */
async function run(
  files: Readonly<Record<string, string>>,
  answer: (request: FakeRequest, interrupt: () => void) => FakeAnswer | 'hang up',
  concurrency = 1,
): Promise<Outcome> {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  const abort = new AbortController()
  server = await startFakeServer(request => answer(request, () => abort.abort()))
  const waits: number[] = []
  const sender = createSender({
    baseUrl: server.baseUrl,
    headers: { 'x-key': 'k' },
    concurrency,
    now: () => Date.UTC(2025, 0, 1),
    wait: async ms => {
      waits.push(ms)
    },
  })
  const outcome = { resources: 0, failures: [] as Failure[], done: [] as string[] }
  const short = (text: string): string => text.replace(`${folder}/`, '')
  await load({
    stages: findInputs([folder]).stages,
    sender,
    concurrency,
    signal: abort.signal,
    listener: {
      resources: count => {
        outcome.resources += count
      },
      failures: list => outcome.failures.push(...list.map(each => ({ ...each, source: short(each.source) }))),
      fileDone: file => outcome.done.push(short(file.path)),
    },
  })
  sender.close()
  return { ...outcome, waits, requests: server.requests }
}

const bundle = (type: string, entries: number, reference = 'Patient/1'): string =>
  JSON.stringify({
    resourceType: 'Bundle',
    type,
    entry: Array.from({ length: entries }, () => ({ resource: { resourceType: 'Basic', subject: { reference } } })),
  })

const statuses = (...list: readonly string[]): FakeAnswer => ({
  status: 200,
  body: { resourceType: 'Bundle', entry: list.map(status => ({ response: { status } })) },
})

const outcome = (diagnostics: string, expression?: string): object => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'invalid', diagnostics, ...(expression && { expression: [expression] }) }],
})

test('sends hospitals, then practitioners, then the rest, and counts what was taken', async () => {
  const files = {
    'a.json': bundle('transaction', 2),
    'hospitals.json': bundle('batch', 1),
    'practitioners.json': bundle('batch', 1),
    'z.json': '{"resourceType":"Patient","id":"z"}',
  }
  const result = await run(files, ({ method, body }) =>
    method === 'PUT' ? { status: 201 } : statuses(...JSON.parse(body).entry.map(() => '201 Created')),
  )
  expect(result).toMatchObject({
    resources: 5,
    failures: [],
    done: ['hospitals.json', 'practitioners.json', 'a.json', 'z.json'],
    requests: [
      { method: 'POST', path: '/fhir', body: files['hospitals.json'] },
      { method: 'POST', path: '/fhir', body: files['practitioners.json'] },
      { method: 'POST', path: '/fhir', body: files['a.json'] },
      { method: 'PUT', path: '/fhir/Patient/z', body: files['z.json'] },
    ],
  })
  expect(result.requests[0]?.headers).toMatchObject({
    'content-type': 'application/fhir+json',
    'content-length': String(files['hospitals.json'].length),
    prefer: 'return=minimal',
    'x-key': 'k',
  })
})

test('a failure keeps its issues and does not stop the rest', async () => {
  const files = { 'a.json': bundle('transaction', 1), 'b.json': bundle('batch', 3), 'c.json': bundle('transaction', 2) }
  const result = await run(files, ({ body }) => {
    const { type, entry } = JSON.parse(body)
    if (type === 'batch') {
      const refused = { response: { status: '422', outcome: outcome('No such code', 'Basic.code') } }
      return { status: 200, body: { entry: [{ response: { status: '201' } }, refused, { response: {} }] } }
    }
    return entry.length === 1 ? { status: 413, body: outcome('Too large') } : statuses('201', '200 OK')
  })
  expect({ ...result, requests: undefined }).toEqual({
    resources: 3,
    failures: [
      { source: 'a.json', outcome: '413 Payload Too Large', issues: ['Too large'] },
      { source: 'b.json entry 2', outcome: '422 Unprocessable Entity', issues: ['Basic.code: No such code'] },
      { source: 'b.json entry 3', outcome: 'no status', issues: [] },
    ],
    done: ['a.json', 'b.json', 'c.json'],
    waits: [],
    requests: undefined,
  })
})

test('a transaction that refers to what is not there yet waits for the rest', async () => {
  const files = {
    'a.json': bundle('transaction', 1, 'Practitioner?identifier=1'),
    'b.json': bundle('transaction', 1, 'Practitioner?identifier=2'),
    'c.json': bundle('transaction', 2),
  }
  let loaded = false
  const result = await run(files, ({ body }) => {
    loaded ||= JSON.parse(body).entry.length === 2
    if (loaded && !body.includes('identifier=1')) return statuses('201')
    return { status: 412, body: outcome('Nothing matches') }
  })
  expect({ ...result, requests: result.requests.map(({ body }) => Object.values(files).indexOf(body)) }).toEqual({
    resources: 2,
    failures: [{ source: 'a.json', outcome: '412 Precondition Failed', issues: ['Nothing matches'] }],
    done: ['c.json', 'b.json', 'a.json'],
    waits: [],
    requests: [0, 1, 2, 0, 1, 0],
  })
})

test('waits as long as it is asked to where the server has too much to do', async () => {
  const asked = ['3', undefined, 'Wed, 01 Jan 2025 00:00:07 GMT']
  const result = await run({ 'a.json': bundle('transaction', 1) }, () => {
    if (asked.length === 0) return statuses('201')
    const retryAfter = asked.shift()
    return retryAfter ? { status: 503, headers: { 'retry-after': retryAfter } } : { status: 429 }
  })
  expect({ ...result, requests: result.requests.length }).toEqual({
    resources: 1,
    failures: [],
    done: ['a.json'],
    waits: [3000, 1000, 7000],
    requests: 4,
  })
})

test('repeats a PUT whose connection broke, and never a POST', async () => {
  const files = { 'a.json': '{"resourceType":"Patient","id":"1"}', 'b.json': bundle('transaction', 1) }
  let calls = 0
  const result = await run(files, () => {
    calls++
    return calls === 2 ? { status: 200 } : 'hang up'
  })
  expect({ ...result, requests: result.requests.map(({ method }) => method) }).toEqual({
    resources: 1,
    failures: [
      {
        source: 'b.json',
        outcome:
          'the connection broke (ECONNRESET): ' +
          'the server may have stored it or not; search for it before loading it again',
        issues: [],
      },
    ],
    done: ['a.json', 'b.json'],
    waits: [500],
    requests: ['PUT', 'PUT', 'POST'],
  })
})

test('lines of a batch that is refused as a whole go alone', async () => {
  const lines = [
    '{"resourceType":"Basic","id":"1"}',
    '{"resourceType":"Basic","id":"2",}',
    '{"resourceType":"Basic","id":"3"}',
  ]
  const result = await run({ 'a.ndjson': lines.join('\n') }, ({ body }) =>
    body.includes(',}') ? { status: 400, body: outcome('No JSON') } : { status: 201 },
  )
  expect({ ...result, requests: result.requests.map(({ path }) => path) }).toEqual({
    resources: 2,
    failures: [{ source: 'a.ndjson line 2', outcome: '400 Bad Request', issues: ['No JSON'] }],
    done: ['a.ndjson'],
    waits: [],
    requests: ['/fhir', '/fhir/Basic/1', '/fhir/Basic/2', '/fhir/Basic/3'],
  })
})

test('an interruption stops it without calling what was under way a failure', async () => {
  const files = { 'a.json': bundle('transaction', 1), 'b.json': bundle('transaction', 2) }
  const result = await run(files, (_, interrupt) => {
    interrupt()
    return 'hang up'
  })
  expect({ ...result, requests: result.requests.length }).toEqual({
    resources: 0,
    failures: [],
    done: [],
    waits: [],
    requests: 1,
  })
})

test('loads many files at a time, each once', async () => {
  const names = Array.from({ length: 60 }, (_, index) => `${index}.json`)
  const files = Object.fromEntries(names.map(name => [name, `{"resourceType":"Basic","id":"${name}"}`]))
  const result = await run(files, () => ({ status: 201 }), 24)
  expect({ resources: result.resources, done: result.done.toSorted(), requests: result.requests.length }).toEqual({
    resources: 60,
    done: names.toSorted(),
    requests: 60,
  })
})
