/** The service over memory with a few resources that refer to each other, for tests of GraphQL. */
import type { GraphqlRequest, GraphqlResult } from '#service/fhir-service.ts'
import type { JsonObject, JsonValue } from '#service/resource/content.ts'
import { parseJson, stringifyJson } from '#service/resource/json.ts'
import type { MemoryPorts } from './memory-ports.ts'
import { type TestWorld, testWorld, type WorldOptions } from './test-world.ts'

export interface GraphqlWorld extends TestWorld {
  readonly portCalls: PortCalls
  /** Creates each resource under the id that it has. The JSON text keeps its decimals. */
  put(...resources: readonly (JsonObject | string)[]): Promise<void>
  /** A query as `$graphql` answers it. */
  query(query: string, request?: Omit<GraphqlRequest, 'query'>): Promise<GraphqlResult>
  /** `data` of a query that has no errors. */
  data(query: string, request?: Omit<GraphqlRequest, 'query'>): Promise<JsonValue>
}

export interface PortCalls {
  readonly searches: number
  readonly reads: number
  reset(): void
}

export function graphqlWorld(options: WorldOptions = {}): GraphqlWorld {
  const portCalls = { searches: 0, reads: 0, reset }
  function reset(): void {
    portCalls.searches = 0
    portCalls.reads = 0
  }
  const wrap = (ports: MemoryPorts): MemoryPorts => ({
    ...ports,
    store: {
      ...ports.store,
      readNewest: (...given) => {
        portCalls.reads += 1
        return ports.store.readNewest(...given)
      },
    },
    index: {
      ...ports.index,
      search: (...given) => {
        portCalls.searches += 1
        return ports.index.search(...given)
      },
    },
  })
  const world = testWorld({ ...options, wrap })
  const query: GraphqlWorld['query'] = (text, request) => world.service.graphql(world.call, { query: text, ...request })
  return {
    ...world,
    portCalls,
    query,
    async put(...resources) {
      for (const resource of resources) {
        const content = (typeof resource === 'string' ? parseJson(resource) : resource) as JsonObject
        await world.service.update(world.call, { type: String(content.resourceType), id: String(content.id), content })
      }
      reset()
    },
    async data(text, request) {
      const { data = null, errors } = await query(text, request)
      if (errors) throw new Error(`Unexpected errors: ${stringifyJson(errors as unknown as JsonValue)}`)
      return data
    },
  }
}

const ANNA: JsonObject = {
  resourceType: 'Patient',
  id: 'anna',
  active: true,
  identifier: [
    { system: 'urn:oid:1.2', value: '12' },
    { system: 'urn:oid:1.3', value: '13' },
  ],
  name: [
    { use: 'official', family: 'Chalmers', given: ['Peter', 'James'] },
    { use: 'usual', given: ['Jim'] },
    { use: 'maiden', family: 'Windsor', given: ['Peter', 'James'] },
  ],
  birthDate: '1974-12-25',
  _birthDate: { extension: [{ url: 'http://example.org/time', valueDateTime: '1974-12-25T14:35:45-05:00' }] },
  managingOrganization: { reference: 'Organization/acme' },
  generalPractitioner: [{ reference: 'Practitioner/adam' }, { reference: '#gp', display: 'Contained' }],
  contained: [{ resourceType: 'Practitioner', id: 'gp', name: [{ family: 'Inside' }] }],
}

const OLAF: JsonObject = {
  resourceType: 'Patient',
  id: 'olaf',
  name: [{ family: 'Berg, Olaf' }],
  gender: 'male',
  managingOrganization: { reference: 'Organization/missing' },
}

const ADAM: JsonObject = { resourceType: 'Practitioner', id: 'adam', name: [{ family: 'Careful' }] }

const ACME: JsonObject = { resourceType: 'Organization', id: 'acme', name: 'Acme' }

/** Text, for its decimals. */
const WEIGHT = `{"resourceType":"Observation","id":"weight","status":"final",
  "code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},
  "subject":{"reference":"Patient/anna"},"performer":[{"reference":"Practitioner/adam"}],
  "valueQuantity":{"value":120.50,"unit":"kg"}}`

const HEIGHT = `{"resourceType":"Observation","id":"height","status":"final",
  "code":{"text":"Height"},"subject":{"reference":"Patient/anna"},
  "valueQuantity":{"value":1.80,"unit":"m"}}`

const COUGH: JsonObject = {
  resourceType: 'Condition',
  id: 'cough',
  code: { text: 'Cough' },
  subject: { reference: 'Patient/olaf' },
  asserter: { reference: 'Patient/olaf' },
}

export const CORPUS: readonly (JsonObject | string)[] = [ACME, ADAM, ANNA, OLAF, WEIGHT, HEIGHT, COUGH]
