/** Suites of the conformance tests as they are, over the engines. */
import { vi } from 'vitest'

vi.mock('#test/support/rest-world.ts', async importOriginal => {
  const { openEngineRestWorld } = await import('#test/support/engine-rest-world.ts')
  return { ...(await importOriginal<object>()), openRestWorld: openEngineRestWorld }
})

const SUITES = ['graphql-page', 'graphql-operation', 'search', 'delete']

for (const suite of SUITES) await import(`../conformance/${suite}.test.ts`)
