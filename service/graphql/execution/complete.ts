import type { Call } from '../../call.ts'
import type { GraphqlError, GraphqlFieldOutcome } from '../../fhir-service.ts'
import type { JsonObject, JsonValue } from '../../resource/content.ts'
import { isRawJson } from '../../resource/json.ts'
import { errorOf, fieldErrorOf } from '../graphql-errors.ts'
import { type ListNarrowing, narrow } from '../plan/list-narrowing.ts'
import type { PlannedField, Selection } from '../plan/selection.ts'
import { type Execution, type Outcome, type Owner, spendValues, type Task } from './execution.ts'
import { copyPlain, markForResolvers } from './plain-copy.ts'
import { type PathStep, pathOf } from './response-path.ts'

/**
 * What is selected of one object. Fields that must be fetched get their place and wait in execution.tasks, so that
 * those of a whole level are fetched together.
 */
export function completeObject(
  execution: Execution,
  selection: Selection,
  value: JsonObject,
  owner: Owner,
  path: PathStep | undefined,
): JsonObject | null {
  const { type, fields, refusal } = selection
  if (refusal) return refuse(execution, refusal, path)
  spendValues(execution, fields.length + 1)
  const result: JsonObject = selection.everything ? copyPlain(execution, value, type, owner) : {}
  if (selection.typename) result.__typename = type.name
  if (execution.keys === 'field') markForResolvers(execution, selection, value, owner, result)
  for (const field of fields) {
    const { key, definition } = field
    const { access } = definition
    if (field.refusal) {
      result[key] = refuse(execution, field.refusal, { parent: path, key })
      continue
    }
    switch (access.kind) {
      case 'property':
        result[key] = completeProperty(execution, field, value[access.property.name], owner, path)
        break
      case 'primitive-extension':
        result[key] = completeProperty(execution, field, value[definition.name], owner, path)
        break
      case 'resource-type':
        result[key] = value.resourceType ?? null
        break
      case 'type-name':
        result[key] = type.name
        break
      case 'member':
        result[key] = completeMember(execution, field, value[definition.name], path)
        break
      default:
        // Its place in the order of keys. AppSync asks for what has none.
        if (execution.keys === 'response') result[key] = null
        execution.tasks.push({ field, value, owner, target: result, path: { parent: path, key } })
    }
  }
  execution.origins?.set(result, { selection, source: value })
  return result
}

function refuse({ errors }: Execution, error: GraphqlError, path: PathStep | undefined): null {
  errors.push(path ? { ...error, path: pathOf(path) } : error)
  return null
}

function completeProperty(
  execution: Execution,
  field: PlannedField,
  found: JsonValue | undefined,
  owner: Owner,
  path: PathStep | undefined,
): JsonValue {
  if (found === undefined || found === null) return null
  const { narrowing, below } = field
  const kept = narrowing && Array.isArray(found) ? narrowed(execution, field, narrowing, found, path) : found
  if (!below) return completeLeaf(execution, field, kept as JsonValue)
  const place = { parent: path, key: field.key }
  if (Array.isArray(kept))
    return kept.map((item, index) => completeElement(execution, field, item, owner, { parent: place, key: index }))
  return completeElement(execution, field, kept as JsonValue, owner, place)
}

/** An expression that can't be evaluated on these elements is an error of this field alone. */
function narrowed(
  execution: Execution,
  field: PlannedField,
  narrowing: ListNarrowing,
  list: readonly JsonValue[],
  path: PathStep | undefined,
): readonly JsonValue[] | null {
  try {
    return narrow(list, narrowing)
  } catch (thrown) {
    const place = { nodes: field.nodes, path: pathOf({ parent: path, key: field.key }) }
    execution.errors.push(errorOf(execution.call, thrown, place))
    return null
  }
}

/** AppSync's Float is a double; elsewhere a decimal stays as it was written. */
function completeLeaf({ keys }: Execution, { definition }: PlannedField, value: JsonValue): JsonValue {
  if (keys === 'response' || definition.type !== 'Float') return value
  return isRawJson(value) ? Number(value.rawJSON) : value
}

function completeElement(
  execution: Execution,
  { definition, below }: PlannedField,
  value: JsonValue,
  owner: Owner,
  path: PathStep,
): JsonValue {
  if (typeof value !== 'object' || value === null || !below) return null
  const object = value as JsonObject
  if (definition.type !== 'Resource') return completeObject(execution, below.of(definition.type), object, owner, path)
  // A contained resource is part of the one around it; any other (of a Bundle entry, of a parameter) stands for itself.
  const inner = definition.name === 'contained' ? owner : { resource: object, stored: false }
  return completeObject(execution, below.of(String(object.resourceType)), object, inner, path)
}

/** Edges, and the resources in them. */
function completeMember(
  execution: Execution,
  field: PlannedField,
  value: JsonValue | undefined,
  path: PathStep | undefined,
): JsonValue {
  if (value === undefined || value === null) return null
  return field.below ? completeFetched(execution, field, value, { parent: path, key: field.key }) : value
}

/** Resources that were fetched, a connection, or a leaf's value. */
export function completeFetched(
  execution: Execution,
  field: PlannedField,
  value: JsonValue,
  path: PathStep,
  owner?: Owner,
): JsonValue {
  if (value === null || !field.below) return value
  if (Array.isArray(value)) {
    return value.map((item, index) => completeFetched(execution, field, item, { parent: path, key: index }))
  }
  const object = value as JsonObject
  const { resourceType } = object
  const typeName = typeof resourceType === 'string' ? resourceType : field.definition.type
  return completeObject(execution, field.below.of(typeName), object, owner ?? { resource: object, stored: true }, path)
}

/** Puts the outcome of a task in its place. */
export function deliver(execution: Execution, task: Task, outcome: Outcome): void {
  const { field, target } = task
  const completed = outcomeOf(execution, task, outcome)
  if (execution.keys === 'response') {
    if ('error' in completed) execution.errors.push(completed.error)
    else target[field.key] = completed.data
  } else {
    const prefetched: GraphqlFieldOutcome =
      'error' in completed ? { error: fieldErrorOf(completed.error) } : { data: completed.data }
    target[field.key] = prefetched as unknown as JsonObject
  }
}

type Completed = { readonly data: JsonValue } | { readonly error: GraphqlError }

function outcomeOf(execution: Execution, task: Task, outcome: Outcome): Completed {
  if ('thrown' in outcome) return { error: taskError(execution.call, task, outcome.thrown) }
  try {
    return { data: completeFetched(execution, task.field, outcome.value, task.path, outcome.owner) }
  } catch (thrown) {
    return { error: taskError(execution.call, task, thrown) }
  }
}

const taskError = (call: Call, { field, path }: Task, thrown: unknown): GraphqlError =>
  errorOf(call, thrown, { nodes: field.nodes, path: pathOf(path) })
