import { expect, test } from 'vitest'
import { tenantOf } from '#service/call.ts'
import type { IndexableVersion } from '#service/ports/search-writer.ts'
import { EXTRACTOR_GENERATION } from '#service/search/document.ts'
import type { Engine, EngineRequest, EngineResponse } from './engine/engine.ts'
import { engineVersion, OpenSearchWriter } from './opensearch-writer.ts'

const tenant = tenantOf('clinic')
const place = { prefix: 'fhir', routing: 'tenant' } as const
const DEADLINE = 1000

type Bulk = (lines: readonly Record<string, unknown>[]) => EngineResponse

/** An engine with these indexes behind the write alias. */
function engineWith(indexes: readonly string[], bulk: Bulk) {
  const requests: EngineRequest[] = []
  const engine: Engine = {
    async send(request) {
      requests.push(request)
      if (request.path === '/_alias/fhir-write') {
        if (indexes.length === 0) return { status: 404, body: { error: 'alias [fhir-write] missing' } }
        return { status: 200, body: Object.fromEntries(indexes.map(index => [index, {}])) }
      }
      const lines = (request.body ?? '').split('\n').filter(line => line !== '')
      return bulk(lines.map(line => JSON.parse(line)))
    },
  }
  return { writer: new OpenSearchWriter({ engine, place }), requests }
}

const deletion = (id: string, versionId = 2): IndexableVersion => ({
  type: 'Patient',
  id,
  versionId,
  lastUpdated: 5,
  deleted: true,
})

const document = (id: string): Record<string, unknown> => ({
  tenant: 'clinic',
  type: 'Patient',
  id,
  version: 2,
  lastUpdated: 5,
  generation: EXTRACTOR_GENERATION,
  deleted: true,
})

const fine: EngineResponse = { status: 200, body: { errors: false } }

test('a later version has a higher number; of one, that by newer search parameters; of these, a later generation', () => {
  const growing = [
    engineVersion(1, 0, 1),
    engineVersion(1, 0, 255),
    engineVersion(1, 1, 0),
    engineVersion(1, 2 ** 21 - 1, 255),
    engineVersion(2, 0, 0),
    engineVersion(9_999_999_999, 0, 0),
  ]
  expect(growing.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(growing)
  expect(new Set(growing).size).toBe(growing.length)
  expect(engineVersion(1, 2 ** 30, 1)).toBe(engineVersion(1, 2 ** 21 - 1, 1))
  expect(engineVersion(9_999_999_999, 2 ** 30, 255) < 2n ** 63n).toBe(true)
})

test('says versions in all their digits, and by which search parameters a document was made', async () => {
  const { writer, requests } = engineWith(['fhir-000001'], () => fine)
  const versionId = 9_999_999_999
  const live = { ...{ type: 'Patient', id: '1', versionId, lastUpdated: 5 }, entries: [], compartments: [] }
  await writer.write(tenant, [live, { ...live, revision: 7 }], DEADLINE)
  const versions = requests.at(-1)?.body?.matchAll(/"version_type":"external","version":(\d+)/g) ?? []
  expect(Array.from(versions, ([, version]) => version)).toEqual(
    [0, 7].map(revision => String(engineVersion(versionId, revision, EXTRACTOR_GENERATION))),
  )
})

test('writes every version to every index that takes writes', async () => {
  const seen: unknown[] = []
  const { writer, requests } = engineWith(['fhir-000001', 'fhir-000002'], lines => {
    seen.push(...lines)
    return fine
  })
  expect(await writer.write(tenant, [deletion('1'), deletion('2')], DEADLINE)).toEqual([])
  const target = (_index: string, id: string) => ({
    index: {
      _index,
      _id: `clinic/Patient/${id}`,
      routing: 'clinic',
      version: Number(engineVersion(2, 0, EXTRACTOR_GENERATION)),
      version_type: 'external',
    },
  })
  expect(seen).toEqual(
    ['1', '2'].flatMap(id => [target('fhir-000001', id), document(id), target('fhir-000002', id), document(id)]),
  )
  expect(requests.map(({ method, path, deadline }) => [method, path, deadline])).toEqual([
    ['GET', '/_alias/fhir-write', DEADLINE],
    ['POST', '/_bulk', DEADLINE],
  ])
})

test('what the index has already counts as written, and of the rest it is told what came of it', async () => {
  const statuses = [
    { status: 201 },
    { status: 409, error: { type: 'version_conflict_engine_exception' } },
    { status: 400, error: { type: 'mapper_parsing_exception', caused_by: { type: 'illegal_argument_exception' } } },
    { status: 429, error: { type: 'rejected_execution_exception' } },
    { status: 503 },
  ]
  const { writer } = engineWith(['fhir-000001'], () => ({
    status: 200,
    body: { errors: true, items: statuses.map(index => ({ index })) },
  }))
  const versions = statuses.map((_status, position) => deletion(String(position)))
  expect(await writer.write(tenant, versions, DEADLINE)).toEqual([
    { position: 2, kind: 'rejected', cause: 'mapper_parsing_exception: illegal_argument_exception' },
    { position: 3, kind: 'busy', cause: 'rejected_execution_exception' },
    { position: 4, kind: 'busy', cause: 'status 503' },
  ])
})

test('a version that one of two indexes refuses is unwritten once', async () => {
  const { writer } = engineWith(['a', 'b'], lines => ({
    status: 200,
    body: {
      errors: true,
      items: lines.flatMap(({ index }) =>
        index === undefined ? [] : [{ index: { status: 400, error: { type: 'x' } } }],
      ),
    },
  }))
  expect(await writer.write(tenant, [deletion('1')], DEADLINE)).toEqual([{ position: 0, kind: 'rejected', cause: 'x' }])
})

test('sends many versions in several requests', async () => {
  const sizes: number[] = []
  const { writer } = engineWith(['a', 'b'], lines => {
    sizes.push(lines.length / 2)
    return fine
  })
  await writer.write(
    tenant,
    Array.from({ length: 1200 }, (_, index) => deletion(String(index))),
    DEADLINE,
  )
  expect(sizes).toEqual([1000, 1000, 400])
})

test('a version that is too large for a request is refused alone', async () => {
  const { writer } = engineWith(['a'], lines => (lines.length > 2 ? fine : { status: 413, body: undefined }))
  const large = { ...deletion('large'), id: 'x'.repeat(4_000_000) }
  expect(await writer.write(tenant, [deletion('1'), deletion('2'), large], DEADLINE)).toEqual([
    { position: 2, kind: 'rejected', cause: 'request_too_large' },
  ])
})

test('without an index, or without an answer, nothing is known to be written', async () => {
  const none = engineWith([], () => fine)
  await expect(none.writer.write(tenant, [deletion('1')], DEADLINE)).rejects.toMatchObject({ category: 'unavailable' })
  const busy = engineWith(['a'], () => ({ status: 429, body: undefined }))
  await expect(busy.writer.write(tenant, [deletion('1')], DEADLINE)).rejects.toMatchObject({ category: 'throttled' })
  const other = engineWith(['a'], () => ({ status: 200, body: undefined }))
  await expect(other.writer.write(tenant, [deletion('1')], DEADLINE)).rejects.toMatchObject({ category: 'unavailable' })
  expect(await none.writer.write(tenant, [], DEADLINE)).toEqual([])
})
