import { fault, type Issue } from '../../fault.ts'
import type { Patch } from '../../fhir-service.ts'
import { invariant } from '../../invariant.ts'
import type { JsonObject, JsonValue } from '../../resource/content.ts'
import { decodeUtf8, isJsonObject, parseJson, textOfScalar } from '../../resource/json.ts'
import { operationOutcome } from '../../resource/operation-outcome.ts'
import type { Execution, Outcome, Task } from './execution.ts'

/** R4 graphql.html#mutations */
export async function resolveMutation(execution: Execution, { field }: Task): Promise<Outcome> {
  const { access } = field.definition
  const given = argumentsOf(field.arguments)
  switch (access.kind) {
    case 'create':
      return { value: await create(execution, access.resourceType, given) }
    case 'update':
      return { value: await update(execution, access.resourceType, given) }
    case 'patch':
      return { value: await patch(execution, access.resourceType, given) }
    case 'delete':
      return { value: await deleteResource(execution, access.resourceType, given) }
    default: {
      invariant(access.kind === 'transaction', `${access.kind} is no mutation`)
      const { body } = await execution.context.operations.bundle(execution.call, { content: given.value('bundle') })
      return { value: parseJson(decodeUtf8(Buffer.concat(body))) }
    }
  }
}

interface Given {
  value(name: string): JsonValue
  text(name: string): string | undefined
}

const argumentsOf = (values: Task['field']['arguments']): Given => ({
  value: name => values.get(name) ?? null,
  text(name) {
    const value = values.get(name)
    return value === undefined ? undefined : textOfScalar(value)
  },
})

async function create({ context, call }: Execution, type: string, given: Given): Promise<JsonValue> {
  const ifNoneExist = given.text('ifNoneExist')
  const content = resourceOf(type, given.value('res'))
  const request = { type, content, ...(ifNoneExist !== undefined && { ifNoneExist }) }
  return (await context.operations.create(call, request)).version.content()
}

async function update({ context, call }: Execution, type: string, given: Given): Promise<JsonValue> {
  const { operations } = context
  const target = targetOf(given)
  const res = given.value('res')
  const ifMatch = ifMatchOf(given)
  const ifNoneMatch = given.text('ifNoneMatch')
  if (ifNoneMatch !== undefined && (ifNoneMatch !== '*' || 'condition' in target)) {
    throw invalidArgument('ifNoneMatch', 'takes "*" alone, with an "id"')
  }
  const result =
    'condition' in target
      ? await operations.conditionalUpdate(call, { type, ...target, content: resourceOf(type, res), ...ifMatch })
      : await operations.update(call, {
          ...{ type, ...target, content: resourceOf(type, res, target.id), ...ifMatch },
          ...(ifNoneMatch === '*' && { ifNoneMatch }),
        })
  return result.version.content()
}

async function patch({ context, call }: Execution, type: string, given: Given): Promise<JsonValue> {
  const { operations } = context
  const target = targetOf(given)
  const request = { type, patch: patchOf(given.value('patch')), ...ifMatchOf(given) }
  const result =
    'condition' in target
      ? await operations.conditionalPatch(call, { ...request, ...target })
      : await operations.patch(call, { ...request, ...target })
  return result.version.content()
}

async function deleteResource({ context, call }: Execution, type: string, given: Given): Promise<JsonValue> {
  const { operations } = context
  const target = targetOf(given)
  const ifMatch = ifMatchOf(given)
  if ('condition' in target) {
    const { versions } = await operations.conditionalDelete(call, { type, ...target, ...ifMatch })
    const deleted = versions.map(({ id }) => `${type}/${id}`)
    return informing(deleted.length > 0 ? `Deleted: ${deleted.join(', ')}` : `No ${type} matches the criteria`)
  }
  const { version } = await operations.delete(call, { type, ...target, ...ifMatch })
  const name = `${type}/${target.id}`
  return informing(version ? `${name} was deleted` : `There was no ${name} to delete`)
}

type Target = { readonly id: string } | { readonly condition: string }

/** What REST says in the URL: `Patient/1`, or `Patient?identifier=1`. R4 http.html#cond-update */
function targetOf(given: Given): Target {
  const [id, condition] = [given.text('id'), given.text('criteria')]
  if (id !== undefined && condition === undefined) return { id }
  if (id === undefined && condition !== undefined) return { condition }
  throw invalidArgument('id', 'or "criteria" is needed, and not both of them')
}

/** A version id, as it is or as the entity tag that REST has. */
function ifMatchOf(given: Given): { readonly ifMatch?: string } {
  const ifMatch = given.text('ifMatch')
  return ifMatch === undefined ? {} : { ifMatch: ifMatch.replace(/^(?:W\/)?"(.*)"$/, '$1') }
}

const invalidArgument = (name: string, rule: string) =>
  fault('invalid', `The argument "${name}" ${rule}`, { code: 'value', expression: [name] })

/** The three forms that are JSON tell each other apart: a list, a Parameters resource, and a part of the resource. */
function patchOf(value: JsonValue): Patch {
  if (Array.isArray(value)) return { format: 'json-patch', operations: value }
  const isParameters = isJsonObject(value) && value.resourceType === 'Parameters'
  return isParameters ? { format: 'fhirpath-patch', parameters: value } : { format: 'merge-patch', document: value }
}

/** An input needs to say neither its type nor its id: the field and its argument do. What it says must agree. */
const resourceOf = (resourceType: string, value: JsonValue, id?: string): JsonValue =>
  isJsonObject(value) ? { resourceType, ...(id !== undefined && { id }), ...value } : value

function informing(diagnostics: string): JsonObject {
  const issue: Issue = { severity: 'information', code: 'informational', diagnostics }
  return operationOutcome([issue])
}
