/** The worked example of docs/implementation/search.md is what the adapter writes and asks. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { engineDocument } from '#adapters/opensearch/document/engine-document.ts'
import type { Engine } from '#adapters/opensearch/engine/engine.ts'
import { OpenSearchIndex } from '#adapters/opensearch/index.ts'
import { tenantOf } from '#service/call.ts'
import type { ScopedQuery } from '#service/search/ast.ts'
import { extract } from '#service/search/extract.ts'
import { parseSearch } from '#service/search/parse.ts'
import { DEFINITIONS } from '#test/support/search-parameter.ts'

const page = readFileSync(new URL('../../docs/implementation/search.md', import.meta.url), 'utf8')
const [, section = ''] = page.split('### The worked example on OpenSearch')
const examples = [...section.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) => JSON.parse(json))

const BASE_URL = 'http://localhost:8080/fhir'
const tenant = tenantOf('default')

async function asked(): Promise<readonly unknown[]> {
  const bodies: unknown[] = []
  const patient = { sort: ['1'], fields: { version: [1] } }
  const engine: Engine = {
    async send({ body }) {
      bodies.push(JSON.parse(body ?? ''))
      return { status: 200, body: { timed_out: false, hits: { total: { value: 1 }, hits: [patient] } } }
    },
  }
  const parsed = parseSearch(
    { definitions: DEFINITIONS, baseUrl: BASE_URL, now: 0 },
    'Observation',
    [
      ['subject:Patient.name', 'ann'],
      ['code', 'http://loinc.org|8302-2,|height'],
      ['date', 'ge2013'],
      ['_sort', '-date'],
    ],
    'strict',
  )
  const index = new OpenSearchIndex({
    engine,
    place: { prefix: 'fhir', routing: 'tenant' },
    clock: { now: () => 0 },
  })
  const query = parsed.query as ScopedQuery
  await index.search(tenant, { query, sort: parsed.sort, count: 20, total: 'none', deadline: 10_000 })
  return bodies
}

test('the document that is written', () => {
  const observation = {
    resourceType: 'Observation',
    id: 'o1',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '8302-2' }] },
    subject: { reference: 'Patient/1' },
    effectiveDateTime: '2013-01-14',
  }
  const document = extract(DEFINITIONS, observation, { versionId: 1, lastUpdated: 1384426800000, baseUrl: BASE_URL })
  expect(engineDocument(tenant, document)).toEqual(examples[0])
})

test('the requests that are sent', async () => {
  expect(await asked()).toEqual(examples.slice(1))
})
