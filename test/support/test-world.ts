import type { Call } from '#service/call.ts'
import { type CurrentDefinitions, createDefinitions } from '#service/definitions.ts'
import type { FaultCategory, Issue } from '#service/fault.ts'
import { Fault } from '#service/fault.ts'
import type { FhirService } from '#service/fhir-service.ts'
import { createFhirService, type ServiceOptions } from '#service/index.ts'
import type { JsonObject, JsonValue } from '#service/resource/content.ts'
import { type JsonText, textOfJson } from '#service/resource/json-text.ts'
import { type MemoryPorts, memoryPorts } from './memory-ports.ts'
import { testCall } from './test-call.ts'

/** The tables of R4, read once in a test file. */
export const testDefinitions = createDefinitions()

/** Of tenants without search parameters of their own. */
export const currentTestDefinitions: CurrentDefinitions = { current: async tenant => testDefinitions.for(tenant) }

export interface TestWorld {
  readonly ports: MemoryPorts
  readonly service: FhirService
  readonly call: Call
}

export interface WorldOptions extends Omit<Partial<ServiceOptions>, 'ports'> {
  /** To watch or to disturb the service's use of its ports. */
  readonly wrap?: (ports: MemoryPorts) => MemoryPorts
}

/** The service over memory. */
export function testWorld(options: WorldOptions = {}): TestWorld {
  const { wrap = same => same, ...rest } = options
  const ports = wrap(memoryPorts())
  return { ports, service: createFhirService({ definitions: testDefinitions, ...rest, ports }), call: testCall() }
}

export interface SeenFault {
  readonly category: FaultCategory
  readonly issues: readonly Issue[]
}

/** What a Fault tells the client; anything else that happens is passed on. */
export async function faultOf(promise: Promise<unknown>): Promise<SeenFault> {
  try {
    await promise
  } catch (error) {
    if (!Fault.is(error)) throw error
    return { category: error.category, issues: error.issues }
  }
  throw new Error('A fault was expected')
}

/** A fault of one error, as most are. */
export const oneFault = (
  category: FaultCategory,
  code: Issue['code'],
  diagnostics: string,
  ...expression: string[]
): SeenFault => ({
  category,
  issues: [{ severity: 'error', code, diagnostics, ...(expression.length > 0 && { expression }) }],
})

/** The JSON of pieces of text. */
export const jsonOf = (pieces: JsonText | readonly Uint8Array[]): JsonValue =>
  JSON.parse(Array.isArray(pieces) ? Buffer.concat(pieces).toString('utf8') : textOfJson(pieces as JsonText))

/** Runs a Bundle and answers the response Bundle's JSON. */
export async function runBundle(
  { service, call }: Pick<TestWorld, 'service' | 'call'>,
  content: JsonObject,
  prefer?: 'minimal' | 'representation' | 'OperationOutcome',
): Promise<JsonObject> {
  const { body } = await service.bundle(call, { content, ...(prefer && { prefer }) })
  return jsonOf(body) as JsonObject
}

/** The value at the end of a path of names and positions. */
export function at(value: JsonValue | undefined, ...path: readonly (string | number)[]): JsonValue | undefined {
  let found = value
  for (const step of path) found = (found as Readonly<Record<string | number, JsonValue>> | undefined)?.[step]
  return found
}

/** `response.status` of each entry of a response Bundle. */
export const statusesOf = (bundle: JsonObject): (JsonValue | undefined)[] =>
  ((bundle.entry ?? []) as JsonValue[]).map(entry => at(entry, 'response', 'status'))
