/** How criteria are put together, over real engines. */
import { describe } from 'vitest'
import { type SearchWorld, searchStructureSuite } from '#test/conformance/search-structure.suite.ts'
import { startEngineWorld } from '#test/support/engine-world.ts'

async function open(): Promise<SearchWorld> {
  const world = await startEngineWorld({ searches: 'settled' })
  return {
    async send(line, parts) {
      const [method = 'GET', path = ''] = line.split(/ (.*)/s)
      const response = await fetch(world.baseUrl + path, {
        method,
        headers: { 'content-type': 'application/fhir+json' },
        ...(parts && { body: JSON.stringify(parts.body) }),
      })
      const text = await response.text()
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
    },
    close: () => world.close(),
  }
}

describe('engines', () => searchStructureSuite(open))
