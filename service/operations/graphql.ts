import type { Operation } from './operation.ts'

/** Declared for the statement alone: its results are no resources, so the REST door serves it by its own rules. */
export const GRAPHQL: Operation = {
  name: 'graphql',
  id: 'Resource-graphql',
  title: 'Run a GraphQL document',
  description: 'R4 graphql.html. Of the system, or of the resource whose fields are then the root.',
  levels: ['system', 'instance'],
  types: 'Resource',
  affectsState: false,
  base: 'http://hl7.org/fhir/OperationDefinition/Resource-graphql',
  conformsToBase: true,
  parameters: [
    { name: 'query', use: 'in', min: 1, max: 1, type: 'string', documentation: 'The document' },
    {
      name: 'result',
      use: 'out',
      min: 1,
      max: 1,
      type: 'Binary',
      documentation: 'JSON as GraphQL over HTTP answers, and no resource',
    },
  ],
  load: undefined,
}
