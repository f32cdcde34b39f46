/** R4 operations.html: one way for every operation, whatever asks for it. */
import { assertPermitted } from '../access/permit.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { fault } from '../fault.ts'
import type { OperationRequest, OperationResult } from '../fhir-service.ts'
import { isResourceId } from '../interaction-request.ts'
import { assertKnownType, notFound } from '../interactions/known-type.ts'
import type { JsonObject } from '../resource/content.ts'
import { encodeUtf8, stringifyJson } from '../resource/json.ts'
import type { OperationAnswer } from './operation.ts'
import { parseInput } from './parse-input.ts'

/** @throws Fault not-found, method-not-allowed, forbidden, and whatever the operation itself refuses. */
export async function runOperation(
  context: ServiceContext,
  call: Call,
  request: OperationRequest,
): Promise<OperationResult> {
  const { name, type, id, versionId, parameters } = request
  const definitions = context.definitions.for(call.tenant)
  if (type !== undefined) assertKnownType(definitions, type)
  const operation = context.operationRegistry.get(name, request)
  assertPermitted(context.policy, call, 'operation', type)
  if (request.method === 'GET' && operation.affectsState)
    throw fault('method-not-allowed', `$${name} changes what is stored: it takes POST`, { allow: ['POST'] })
  if (type !== undefined && id !== undefined && !isResourceId(id)) throw notFound({ type, id })
  if (!operation.load) throw fault('unsupported', `$${name} is offered at its own address only`)
  const { content } = request
  const input = parseInput(definitions, operation, { parameters, ...(content !== undefined && { content }) })
  const run = await operation.load()
  const answer = await run(context, call, {
    operation,
    ...(type !== undefined && { type }),
    ...(id !== undefined && { id }),
    ...(versionId !== undefined && { versionId }),
    input,
    path: [type, id, ...(versionId === undefined ? [] : ['_history', versionId]), `$${name}`].filter(isGiven).join('/'),
    parameters,
  })
  return resultOf(answer)
}

const isGiven = (segment: string | undefined): segment is string => segment !== undefined

/** R4 operations.html#response: one out parameter `return` that is a resource is the answer itself. */
function resultOf(answer: OperationAnswer): OperationResult {
  if (answer.kind === 'nothing') return {}
  const version = answer.version && { version: answer.version }
  if (answer.kind === 'resource') return { body: answer.body, ...version }
  const { parameters } = answer
  const content: JsonObject = {
    resourceType: 'Parameters',
    // R4 json.html: an array is never empty.
    ...(parameters.length > 0 && { parameter: [...parameters] }),
  }
  return { body: encodeUtf8(stringifyJson(content)), ...version }
}
