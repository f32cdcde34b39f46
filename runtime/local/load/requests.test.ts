import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findInputs } from './inputs.ts'
import { type LoadProblem, type LoadRequest, requestsOf } from './requests.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'requests-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

async function requestsOfFile(name: string, content: string | Buffer): Promise<(LoadRequest | LoadProblem)[]> {
  writeFileSync(join(folder, name), content)
  const [file] = findInputs([join(folder, name)]).stages.flat()
  return file ? Array.fromAsync(requestsOf(file)) : []
}

async function shown(request: LoadRequest | LoadProblem): Promise<object> {
  const source = request.source.replace(`${folder}/`, '')
  if ('problem' in request) return { source, problem: request.problem }
  const { kind, method, path, repeatable, bodyBytes } = request
  const body = request.body()
  return {
    source,
    kind,
    method,
    path,
    repeatable,
    bodyBytes,
    body: Buffer.isBuffer(body) ? `${body}` : await text(body),
  }
}

const text = async (stream: Readable): Promise<string> => Buffer.concat(await stream.toArray()).toString()

const load = async (name: string, content: string | Buffer): Promise<object[]> =>
  Promise.all((await requestsOfFile(name, content)).map(shown))

test('a bundle goes to the base as it is', async () => {
  const body = '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient"}}],"type":"transaction"}'
  const request = { kind: 'transaction', method: 'POST', path: '', repeatable: false, body }
  expect(await load('bundle.json', body)).toEqual([{ source: 'bundle.json', bodyBytes: body.length, ...request }])
  expect(await load('bundle.json.gz', gzipSync(body))).toEqual([
    { source: 'bundle.json.gz', bodyBytes: undefined, ...request },
  ])
})

test('a resource is put where it has an id, else posted', async () => {
  const withId = '{"resourceType":"Patient","contact":[{}],"id":"p.1"}'
  const collection = '{"resourceType":"Bundle","type":"collection"}'
  const common = { kind: 'resource' }
  expect([...(await load('a.json', withId)), ...(await load('b.json', collection))]).toEqual([
    {
      ...common,
      source: 'a.json',
      method: 'PUT',
      path: 'Patient/p.1',
      repeatable: true,
      bodyBytes: withId.length,
      body: withId,
    },
    { ...common, source: 'b.json', method: 'POST', path: 'Bundle', repeatable: false, bodyBytes: 45, body: collection },
  ])
})

test('lines become batches that leave the numbers as they were written', async () => {
  const lines = ['{"resourceType":"Observation","id":"1","x":1.50}', '', '{"resourceType":"Observation"}']
  const body =
    '{"resourceType":"Bundle","type":"batch","entry":[' +
    `{"resource":${lines[0]},"request":{"method":"PUT","url":"Observation/1"}},` +
    `{"resource":${lines[2]},"request":{"method":"POST","url":"Observation"}}]}`
  const [batch] = await requestsOfFile('a.ndjson', lines.join('\n'))
  if (!batch || 'problem' in batch) throw new Error('no batch')
  expect(await shown(batch)).toEqual({
    source: 'a.ndjson lines 1 to 3',
    ...{ kind: 'batch', method: 'POST', path: '', repeatable: false, bodyBytes: body.length, body },
  })
  expect(batch.entrySource(1)).toBe(`${folder}/a.ndjson line 3`)
  expect(await Promise.all((batch.parts?.() ?? []).map(shown))).toMatchObject([
    { source: 'a.ndjson line 1', method: 'PUT', path: 'Observation/1', body: lines[0] },
    { source: 'a.ndjson line 3', method: 'POST', path: 'Observation', body: lines[2] },
  ])
})

test('a batch ends at a hundred lines or a megabyte, and bundles go between', async () => {
  const line = (id: number, padding = 0): string => `{"resourceType":"Basic","id":"${id}","x":"${'x'.repeat(padding)}"}`
  const small = Array.from({ length: 101 }, (_, id) => line(id))
  const content = [...small, line(1, 600_000), line(2, 600_000), '{"resourceType":"Bundle","type":"batch"}']
  const requests = await requestsOfFile('b.ndjson.gz', gzipSync(content.join('\n')))
  expect(requests.map(request => request.source.replace(`${folder}/b.ndjson.gz `, ''))).toEqual([
    'lines 1 to 100',
    'lines 101 to 102',
    'line 104',
    'lines 103 to 103',
  ])
  expect(requests.map(request => 'repeatable' in request && request.repeatable)).toEqual([true, true, false, true])
})

test('says what cannot be sent', async () => {
  expect([
    ...(await load('empty.json', '')),
    ...(await load('no.ndjson', '{"resourceType":"Patient","id":"1"}\nnonsense')),
    ...(await load('broken.json.gz', 'no gzip')),
  ]).toMatchObject([
    { source: 'empty.json', problem: "is no FHIR resource: its 'resourceType' was not found" },
    { source: 'no.ndjson line 2', problem: "is no FHIR resource: its 'resourceType' was not found" },
    { source: 'no.ndjson lines 1 to 1', kind: 'batch' },
    { source: 'broken.json.gz', problem: "can't be read: incorrect header check" },
  ])
})
