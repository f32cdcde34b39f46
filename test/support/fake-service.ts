import { DEFAULT_BINARY_RULES, type FhirService } from '#service/index.ts'

const OPERATIONS = [
  'read',
  'vread',
  'create',
  'update',
  'delete',
  'patch',
  'conditionalUpdate',
  'conditionalPatch',
  'conditionalDelete',
  'history',
  'search',
  'bundle',
  'submitBundle',
  'jobStatus',
  'cancelJob',
  'runJob',
  'capabilities',
  'apiDescription',
  'operation',
  'readBinary',
  'getObject',
  'putObject',
  'writeBinary',
  'xml',
  'subscribe',
  'graphql',
  'graphqlField',
  'graphqlNested',
] as const satisfies readonly (keyof FhirService)[]

/** A service that has the given operations; any other fails the test that calls it. */
export function fakeService(operations: Partial<FhirService>): FhirService {
  const unexpected = Object.fromEntries(
    OPERATIONS.map(name => [
      name,
      async () => {
        throw new Error(`Unexpected call of ${name}`)
      },
    ]),
  ) as unknown as FhirService
  return { ...unexpected, binaries: DEFAULT_BINARY_RULES, ...operations }
}
