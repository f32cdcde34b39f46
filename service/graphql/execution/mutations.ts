import type { Issue } from '../../fault.ts'
import type { DeleteResult } from '../../fhir-service.ts'
import { invariant } from '../../invariant.ts'
import type { JsonObject, JsonValue } from '../../resource/content.ts'
import { decodeUtf8, isRawJson, parseJson } from '../../resource/json.ts'
import { operationOutcome } from '../../resource/operation-outcome.ts'
import { textOf } from '../plan/list-narrowing.ts'
import type { Execution, Outcome, Task } from './execution.ts'

/** R4 graphql.html#mutations */
export async function resolveMutation(execution: Execution, { field }: Task): Promise<Outcome> {
  const { context, call } = execution
  const { operations } = context
  const { access } = field.definition
  const argument = (name: string): JsonValue => field.arguments.get(name) ?? null
  if (access.kind === 'create') {
    const type = access.resourceType
    const result = await operations.create(call, { type, content: resourceOf(type, argument('res')) })
    return { value: result.version.content() }
  }
  if (access.kind === 'update') {
    const type = access.resourceType
    const id = textOf(argument('id'))
    const result = await operations.update(call, { type, id, content: resourceOf(type, argument('res'), id) })
    return { value: result.version.content() }
  }
  if (access.kind === 'delete') {
    const type = access.resourceType
    const id = textOf(argument('id'))
    return { value: outcomeOfDelete(type, id, await operations.delete(call, { type, id })) }
  }
  invariant(access.kind === 'transaction', `${access.kind} is no mutation`)
  const { body } = await operations.bundle(call, { content: argument('bundle') })
  return { value: parseJson(decodeUtf8(Buffer.concat(body))) }
}

/** An input needs to say neither its type nor its id: the field and its argument do. What it says must agree. */
function resourceOf(resourceType: string, value: JsonValue, id?: string): JsonValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isRawJson(value)) return value
  return { resourceType, ...(id !== undefined && { id }), ...(value as JsonObject) }
}

function outcomeOfDelete(type: string, id: string, { version }: DeleteResult): JsonObject {
  const diagnostics = version ? `${type}/${id} was deleted` : `There was no ${type}/${id} to delete`
  const issue: Issue = { severity: 'information', code: 'informational', diagnostics }
  return operationOutcome([issue])
}
