import type { ComponentDefinition, Definitions } from '../../definitions.ts'
import type { JsonObject, JsonValue } from '../../resource/content.ts'
import { isRawJson } from '../../resource/json.ts'
import type { ObjectType } from '../model/type-model.ts'
import type { Selection } from '../plan/selection.ts'
import { type Execution, type Owner, spendValues } from './execution.ts'

/**
 * On a copy of a Reference to a contained resource, that resource: whoever resolves the copy later has nothing but it.
 * Names with two underscores are GraphQL's own, so no field is called so.
 */
export const CONTAINED = '__contained'

/** On a copy of a resource inside of another one: nothing can refer to it from outside. */
export const EMBEDDED = '__embedded'

/**
 * Everything of a value that needs no other resource, for AppSync to choose from: resources say their type, decimals
 * are numbers.
 */
export function copyPlain(execution: Execution, value: JsonObject, type: ObjectType, owner: Owner): JsonObject {
  const { definitions } = execution
  // Connections and their edges hold what the executor has made: their fields are all planned.
  if (type.path === undefined) return {}
  return copyObject({ execution, definitions, container: owner.resource }, value, definitions.component(type.path))
}

/**
 * What AppSync's resolvers need to know of an object beside its values, should they ask for a field again: arguments
 * that come from a variable's default are not known here, so that even what was prefetched may be asked for.
 */
export function markForResolvers(
  execution: Execution,
  { type, fields }: Selection,
  value: JsonObject,
  owner: Owner,
  result: JsonObject,
): void {
  if (type.resource) {
    if (!owner.stored || owner.resource !== value) result[EMBEDDED] = true
  } else if (type.path === 'Reference' && fields.some(({ definition }) => definition.access.kind === 'reference')) {
    attachContained({ execution, definitions: execution.definitions, container: owner.resource }, value, result)
  }
}

interface Copying {
  readonly execution: Execution
  readonly definitions: Definitions
  /** Where contained resources are looked up; undefined inside of one that was copied for its reference. */
  readonly container: JsonObject | undefined
}

function copyObject(copying: Copying, value: JsonObject, component: ComponentDefinition | undefined): JsonObject {
  const copy: JsonObject = {}
  let count = 0
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue
    count += 1
    copy[name] = copyValue(copying, member, name, component)
  }
  spendValues(copying.execution, count)
  if (component?.path === 'Reference') attachContained(copying, value, copy)
  return copy
}

function copyValue(
  copying: Copying,
  value: JsonValue,
  name: string,
  component: ComponentDefinition | undefined,
): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (isRawJson(value)) return Number(value.rawJSON)
  if (Array.isArray(value)) return value.map(item => copyValue(copying, item, name, component))
  const type = name.startsWith('_') ? 'Element' : component?.properties.get(name)?.type
  if (type !== 'Resource')
    return copyObject(copying, value, type === undefined ? undefined : copying.definitions.component(type))
  return copyResource(name === 'contained' ? copying : { ...copying, container: value }, value)
}

function copyResource(copying: Copying, value: JsonObject): JsonObject {
  const typeName = String(value.resourceType)
  const copy = copyObject(copying, value, copying.definitions.component(typeName))
  copy.__typename = typeName
  copy[EMBEDDED] = true
  return copy
}

function attachContained(copying: Copying, { reference }: JsonObject, copy: JsonObject): void {
  const { container } = copying
  if (!container || typeof reference !== 'string') return
  const target = findContained(container, reference)
  // Contained resources may refer to each other in circles: one step is enough to answer.
  if (target) copy[CONTAINED] = copyResource({ ...copying, container: undefined }, target)
}

/** `#p1` in the resource that contains it; `#` is that resource. R4 references.html#contained */
export function findContained(container: JsonObject, reference: string): JsonObject | undefined {
  if (!reference.startsWith('#')) return undefined
  if (reference === '#') return container
  const id = reference.slice(1)
  const { contained } = container
  if (!Array.isArray(contained)) return undefined
  return contained.find(resource => (resource as JsonObject | null)?.id === id) as JsonObject | undefined
}
