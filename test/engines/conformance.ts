/** Suites of the conformance tests as they are, over the engines. */
import { afterAll, describe, vi } from 'vitest'

/** Two halves, which run at the same time and take about as long as each other. */
export const OVER_ENGINES = Object.freeze({
  interactions: [
    ...['read', 'create', 'update', 'delete', 'history', 'meta', 'provenance', 'references', 'served-types'],
    ...[
      'patch',
      'fhirpath-patch',
      'xml-patch',
      'xml',
      'bundle',
      'conditional',
      'jobs',
      'job-leases',
      'binary',
      'attachment-urls',
    ],
    ...['binary-access', 'validate', 'operations', 'everything', 'erase', 'clinical-operations', 'time-limit'],
    ...['capabilities', 'api-docs'],
  ],
  searches: [
    ...[
      'access',
      'tenancy',
      'paging',
      'search',
      'search-structure',
      'search-values',
      'search-habits',
      'reference-races',
    ],
    ...['graphql-page', 'graphql-page-searches', 'graphql-operation'],
  ],
})

/** Those that open a RestWorld and are not run here, each with its reason. */
export const ELSEWHERE: Readonly<Record<string, string>> = Object.freeze({
  contained: 'runs over the engines in search.engines.test.ts',
  relevance: 'runs over the engines in search.engines.test.ts',
  'search-several-types': 'runs over the engines in search.engines.test.ts',
  ...Object.fromEntries(
    ['', '-contained', '-refused', '-told'].map(which => [
      `own-search-parameters${which}`,
      'own-search-parameters.engines.test.ts and -later.test.ts hold them where the index is written later',
    ]),
  ),
})

/** A world that a suite opens is one over the engines, in the places of this test file. */
export function conformanceOverEngines(suites: readonly string[]): void {
  vi.doMock('#test/support/rest-world.ts', async importOriginal => {
    const { openEngineRestWorld } = await import('#test/support/engine-rest-world.ts')
    return { ...(await importOriginal<object>()), openRestWorld: openEngineRestWorld }
  })
  process.env.PAGING_RUNS ??= '8'
  for (const suite of suites) describe(suite, () => import(`../conformance/${suite}.test.ts`))
  afterAll(async () => {
    const { closeEngineRestWorlds } = await import('#test/support/engine-rest-world.ts')
    await closeEngineRestWorlds()
  })
}
