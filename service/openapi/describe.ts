/** The OpenAPI 3.1 document of the REST door, from the tables that it runs on. */
import type { ServiceContext } from '../context.ts'
import type { Definitions } from '../definitions.ts'
import type { Operation, OperationLevel } from '../operations/operation.ts'
import type { JsonObject } from '../resource/content.ts'
import { SOFTWARE } from '../software.ts'
import { RESOURCE_CONTENT, RESPONSES, responsesOf } from './responses.ts'

export function describeApi(context: ServiceContext, definitions: Definitions, baseUrl: string): JsonObject {
  return {
    openapi: '3.1.0',
    info: {
      title: SOFTWARE.name,
      version: SOFTWARE.version,
      description: `FHIR ${definitions.fhirVersion} REST. What each type can do is in the CapabilityStatement: GET /metadata.`,
    },
    servers: [{ url: baseUrl }],
    paths: { ...SYSTEM_PATHS, ...TYPE_PATHS, ...INSTANCE_PATHS, ...operationPaths(context.operationRegistry.all) },
    components: {
      schemas: SCHEMAS,
      responses: RESPONSES,
      parameters: {
        type: {
          name: 'type',
          in: 'path',
          required: true,
          schema: { type: 'string', enum: [...definitions.servedTypes] },
        },
        compartment: {
          ...{ name: 'compartment', in: 'path', required: true },
          schema: { type: 'string', enum: [...definitions.compartmentTypes] },
        },
        ...PARAMETERS,
      },
    },
  }
}

const ID: JsonObject = { type: 'string', pattern: '^[A-Za-z0-9.-]{1,64}$' }

const inPath = (name: string, schema: JsonObject): JsonObject => ({ name, in: 'path', required: true, schema })
const inQuery = (name: string, schema: JsonObject, description: string): JsonObject => ({
  name,
  in: 'query',
  schema,
  description,
})
const inHeader = (name: string, description: string): JsonObject => ({
  name,
  in: 'header',
  schema: { type: 'string' },
  description,
})

const PARAMETERS: JsonObject = {
  id: inPath('id', ID),
  versionId: inPath('versionId', { type: 'string', pattern: '^[1-9][0-9]{0,14}$' }),
  job: inPath('job', { type: 'string' }),
  format: inQuery(
    '_format',
    { type: 'string', enum: ['json', 'xml', 'application/fhir+json', 'application/fhir+xml'] },
    'Of the answer; before Accept',
  ),
  pretty: inQuery('_pretty', { type: 'boolean' }, 'An answer for people'),
  summary: inQuery('_summary', { type: 'string', enum: ['true', 'text', 'data', 'false'] }, 'R4 search.html#summary'),
  elements: inQuery('_elements', { type: 'string' }, 'R4 search.html#elements'),
  count: inQuery('_count', { type: 'integer', minimum: 0 }, 'Resources on a page'),
  since: inQuery('_since', { type: 'string', format: 'date-time' }, 'R4 http.html#history'),
  searchId: inQuery(
    '_id',
    { type: 'string' },
    'One of the search parameters, which the CapabilityStatement lists by type',
  ),
  ifMatch: inHeader('If-Match', 'The version that is to be changed: W/"3"'),
  ifNoneMatch: inHeader('If-None-Match', 'Of a read: versions that the caller has. Of an update: * creates only'),
  ifNoneExist: inHeader('If-None-Exist', 'A search: nothing is created where it finds something'),
  prefer: inHeader(
    'Prefer',
    'return=minimal, representation or OperationOutcome; handling=strict or lenient; respond-async',
  ),
}

const uses = (...names: readonly string[]): JsonObject[] =>
  names.map(name => ({ $ref: `#/components/parameters/${name}` }))

const GENERAL = ['format', 'pretty'] as const

interface Described {
  readonly summary: string
  readonly parameters?: readonly string[]
  readonly body?: JsonObject
  readonly statuses: readonly number[]
}

const method = (operationId: string, { summary, parameters = [], body, statuses }: Described): JsonObject => ({
  operationId,
  summary,
  parameters: uses(...parameters, ...GENERAL),
  ...(body && { requestBody: body }),
  responses: responsesOf(...statuses),
})

const RESOURCE_BODY: JsonObject = { required: true, content: RESOURCE_CONTENT }

const FORM_BODY: JsonObject = {
  content: {
    'application/x-www-form-urlencoded': {
      schema: { type: 'object', properties: { _id: { type: 'string' }, _count: { type: 'integer' } } },
    },
  },
}

const PATCH_BODY: JsonObject = {
  required: true,
  content: {
    'application/json-patch+json': { schema: { type: 'array', items: { type: 'object' } } },
    'application/merge-patch+json': { schema: { type: 'object' } },
    'application/xml-patch+xml': { schema: { type: 'string' } },
    'application/fhir+json': { schema: { $ref: '#/components/schemas/Resource' } },
  },
}

const SYSTEM_PATHS: JsonObject = {
  '/metadata': { get: method('capabilities', { summary: 'The CapabilityStatement', statuses: [200] }) },
  '/api-docs': {
    get: {
      ...{ operationId: 'apiDescription', summary: 'This document' },
      responses: { ...responsesOf(), 200: { description: 'OpenAPI 3.1', content: { 'application/json': {} } } },
    },
  },
  '/': {
    get: method('searchSystem', {
      summary: 'Search all types',
      parameters: ['count', 'searchId'],
      statuses: [200, 410],
    }),
    post: method('bundle', {
      summary: 'Process a transaction or batch',
      parameters: ['prefer'],
      body: RESOURCE_BODY,
      statuses: [200, 202, 409, 410, 412, 415, 501],
    }),
  },
  '/_search': {
    post: method('searchSystemByForm', { summary: 'Search all types', body: FORM_BODY, statuses: [200, 410, 415] }),
  },
  '/_history': {
    get: method('historySystem', {
      summary: 'Versions of everything',
      parameters: ['count', 'since'],
      statuses: [200, 410],
    }),
  },
  '/_jobs/{job}': {
    get: method('jobStatus', {
      summary: 'Status or result of work that was taken',
      parameters: ['job'],
      statuses: [200, 202],
    }),
    delete: method('jobCancel', { summary: 'Cancel it', parameters: ['job'], statuses: [202, 204] }),
  },
}

const WRITES = [409, 412, 415, 501]

const TYPE_PATHS: JsonObject = {
  '/{type}': {
    get: method('search', {
      summary: 'Search',
      parameters: ['type', 'count', 'searchId', 'elements'],
      statuses: [200, 410],
    }),
    post: method('create', {
      summary: 'Create',
      parameters: ['type', 'ifNoneExist', 'prefer'],
      body: RESOURCE_BODY,
      statuses: [200, 201, ...WRITES],
    }),
    put: method('conditionalUpdate', {
      summary: 'Update what a search finds',
      parameters: ['type', 'searchId', 'ifMatch', 'prefer'],
      body: RESOURCE_BODY,
      statuses: [200, 201, ...WRITES],
    }),
    patch: method('conditionalPatch', {
      summary: 'Patch what a search finds',
      parameters: ['type', 'searchId', 'ifMatch', 'prefer'],
      body: PATCH_BODY,
      statuses: [200, ...WRITES],
    }),
    delete: method('conditionalDelete', {
      summary: 'Delete what a search finds',
      parameters: ['type', 'searchId', 'ifMatch', 'prefer'],
      statuses: [200, 204, 409, 412, 501],
    }),
  },
  '/{type}/_search': {
    post: method('searchByForm', {
      summary: 'Search',
      parameters: ['type'],
      body: FORM_BODY,
      statuses: [200, 410, 415],
    }),
  },
  '/{type}/_history': {
    get: method('historyType', {
      summary: 'Versions of a type',
      parameters: ['type', 'count', 'since'],
      statuses: [200, 410],
    }),
  },
}

const INSTANCE_PATHS: JsonObject = {
  '/{type}/{id}': {
    get: method('read', {
      summary: 'Read; a Binary as its bytes, unless a FHIR format is asked for',
      parameters: ['type', 'id', 'summary', 'elements', 'ifNoneMatch'],
      statuses: [200, 206, 304, 307, 410, 416],
    }),
    put: method('update', {
      summary: 'Update, or create',
      parameters: ['type', 'id', 'ifMatch', 'ifNoneMatch', 'prefer'],
      body: RESOURCE_BODY,
      statuses: [200, 201, ...WRITES],
    }),
    patch: method('patch', {
      summary: 'Patch',
      parameters: ['type', 'id', 'ifMatch', 'prefer'],
      body: PATCH_BODY,
      statuses: [200, 410, ...WRITES],
    }),
    delete: method('delete', {
      summary: 'Delete',
      parameters: ['type', 'id', 'ifMatch', 'prefer'],
      statuses: [200, 204, 409, 412],
    }),
  },
  '/{type}/{id}/_history': {
    get: method('historyInstance', {
      summary: 'Versions',
      parameters: ['type', 'id', 'count', 'since'],
      statuses: [200, 410],
    }),
  },
  '/{type}/{id}/_history/{versionId}': {
    get: method('vread', {
      summary: 'Read a version',
      parameters: ['type', 'id', 'versionId', 'ifNoneMatch'],
      statuses: [200, 206, 304, 307, 410, 416],
    }),
  },
  '/{compartment}/{id}/{type}': {
    get: method('searchCompartment', {
      summary: 'Search a compartment',
      parameters: ['compartment', 'id', 'type', 'count'],
      statuses: [200, 410],
    }),
  },
}

const BELOW: Readonly<
  Record<Exclude<OperationLevel, 'system'>, { readonly path: string; readonly parameters: readonly string[] }>
> = {
  type: { path: '', parameters: [] },
  instance: { path: '/{id}', parameters: ['id'] },
  version: { path: '/{id}/_history/{versionId}', parameters: ['id', 'versionId'] },
}

function operationPaths(operations: readonly Operation[]): JsonObject {
  const paths: JsonObject = {}
  for (const operation of operations) {
    for (const level of operation.levels) {
      const { name, types } = operation
      if (level === 'system') paths[`/$${name}`] = operationMethods(operation, level, [])
      else {
        const { path, parameters } = BELOW[level]
        for (const type of types === 'Resource' ? ['{type}'] : types) {
          const its = type === '{type}' ? ['type', ...parameters] : parameters
          paths[`/${type}${path}/$${name}`] = operationMethods(operation, level, its, type)
        }
      }
    }
  }
  return paths
}

/** R4 operations.html#request: GET where nothing changes. */
function operationMethods(
  operation: Operation,
  level: OperationLevel,
  parameters: readonly string[],
  type = '',
): JsonObject {
  const { id, title, name, affectsState } = operation
  const isGraphql = operation.load === undefined
  const statuses = [200, 204, 405, 409, 410, 412, 415, 501]
  const operationId = [id, level, ...(type === '{type}' ? [] : [type])].join('-')
  const described: Described = { summary: title, parameters, statuses }
  const responses = isGraphql ? graphqlResponses() : responsesOf(...statuses)
  const post = { ...method(operationId, { ...described, body: bodyOf(isGraphql) }), responses }
  if (affectsState) return { post }
  const get = method(`${operationId}-get`, described)
  const query = operation.parameters.flatMap(({ use, name: parameter, documentation }) =>
    use === 'in' && (isGraphql || parameter !== 'resource')
      ? [inQuery(parameter, { type: 'string' }, documentation)]
      : [],
  )
  return {
    get: { ...get, parameters: [...(get.parameters as JsonObject[]), ...query], responses },
    post,
    description: `$${name}`,
  }
}

const bodyOf = (isGraphql: boolean): JsonObject =>
  isGraphql
    ? { required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/GraphqlRequest' } } } }
    : { content: RESOURCE_CONTENT }

/** GraphQL over HTTP: its answers are no resources, refusals among them. */
function graphqlResponses(): JsonObject {
  const types = [
    'application/json',
    'application/graphql-response+json',
    'application/fhir+json',
    'application/fhir+xml',
  ]
  const content = Object.fromEntries(types.map(type => [type, {}]))
  const statuses = Object.keys(responsesOf(200, 405, 410, 412, 415))
  return Object.fromEntries(
    statuses.map(status => [status, { description: GRAPHQL_ANSWERS[status] ?? 'Errors', content }]),
  )
}

const GRAPHQL_ANSWERS: Readonly<Record<string, string>> = {
  200: 'Data, and errors of parts',
  400: 'The document was refused',
  405: 'A GET must not change anything',
}

const SCHEMAS: JsonObject = {
  Resource: {
    type: 'object',
    description: 'A resource of R4, by the definition of its type',
    properties: { resourceType: { type: 'string' }, id: ID },
    required: ['resourceType'],
  },
  OperationOutcome: {
    type: 'object',
    properties: {
      resourceType: { const: 'OperationOutcome' },
      issue: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          properties: {
            severity: { enum: ['fatal', 'error', 'warning', 'information'] },
            code: { type: 'string' },
            diagnostics: { type: 'string' },
            expression: { type: 'array', items: { type: 'string' } },
          },
          required: ['severity', 'code'],
        },
      },
    },
    required: ['resourceType', 'issue'],
  },
  GraphqlRequest: {
    type: 'object',
    properties: {
      query: { type: 'string' },
      variables: { type: ['object', 'null'] },
      operationName: { type: ['string', 'null'] },
    },
    required: ['query'],
  },
}
