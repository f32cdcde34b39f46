/** How criteria are put together, and of how many types, over real engines. */
import { describe } from 'vitest'
import { containedSuite } from '#test/conformance/contained.suite.ts'
import { relevanceSuite } from '#test/conformance/relevance.suite.ts'
import { type SeveralTypesWorld, searchSeveralTypesSuite } from '#test/conformance/search-several-types.suite.ts'
import { searchStructureSuite } from '#test/conformance/search-structure.suite.ts'
import { startEngineWorld } from '#test/support/engine-world.ts'

async function open(): Promise<SeveralTypesWorld> {
  const world = await startEngineWorld({ searches: 'settled' })
  return {
    baseUrl: world.baseUrl,
    async send(line, { headers, body } = { body: '' }) {
      const [method = 'GET', path = ''] = line.split(/ (.*)/s)
      const response = await fetch(world.baseUrl + path, {
        method,
        headers: { 'content-type': 'application/fhir+json', ...headers },
        ...(method !== 'GET' && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
    },
    // Time goes on by itself.
    tick: () => {},
    close: () => world.close(),
  }
}

describe('structure', () => searchStructureSuite(open))

describe('contained', () => containedSuite(open))

describe('relevance', () => relevanceSuite(open))

describe('several types', () => searchSeveralTypesSuite(open))
