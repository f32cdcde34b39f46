import type { Definitions } from '../../definitions.ts'
import { fault } from '../../fault.ts'
import type { JsonObject } from '../../resource/content.ts'
import { textOfScalar } from '../../resource/json.ts'
import { quote } from '../../resource/quote.ts'
import { referenceValueOf } from '../../search/reference-value.ts'
import { listOf } from '../plan/argument-values.ts'
import type { Task } from './execution.ts'
import { CONTAINED, findContained } from './plain-copy.ts'

/** What a Reference points to. R4 references.html */
export type ReferenceTarget =
  | { readonly kind: 'resource'; readonly type: string; readonly id: string }
  | { readonly kind: 'version'; readonly type: string; readonly id: string; readonly versionId: string }
  | { readonly kind: 'contained'; readonly resource: JsonObject }
  /** Not of the type that was asked for. */
  | { readonly kind: 'excluded' }
  /** What was asked for is no type. */
  | { readonly kind: 'mistaken'; readonly type: string }
  /** A URN, another server's resource, an identifier only. */
  | { readonly kind: 'elsewhere' }

export function targetOf(task: Task, definitions: Definitions, baseUrl: string): ReferenceTarget {
  const { value, owner, field } = task
  const types = field.arguments.get('type')
  const wanted = types === undefined ? undefined : listOf(types).map(textOfScalar)
  const odd = wanted?.find(type => !definitions.isResourceType(type))
  if (odd !== undefined) return { kind: 'mistaken', type: odd }
  const isWanted = (type: unknown): boolean => wanted?.includes(String(type)) ?? true
  const { reference } = value
  if (typeof reference !== 'string') return { kind: 'elsewhere' }
  if (reference.startsWith('#')) {
    const carried = value[CONTAINED] as JsonObject | undefined
    // Asked for a Reference alone, there is nothing around it.
    const around = owner.resource === value ? undefined : owner.resource
    const resource = carried ?? (around && findContained(around, reference))
    if (!resource) return { kind: 'elsewhere' }
    return isWanted(resource.resourceType) ? { kind: 'contained', resource } : { kind: 'excluded' }
  }
  const found = referenceValueOf(reference, {
    isResourceType: name => definitions.isResourceType(name),
    basePrefix: `${baseUrl}/`,
  })
  if (found?.type === undefined || found.id === undefined) return { kind: 'elsewhere' }
  const { type, id, version } = found
  if (!isWanted(type)) return { kind: 'excluded' }
  return version === undefined ? { kind: 'resource', type, id } : { kind: 'version', type, id, versionId: version }
}

/** R4 graphql.html#references: whether a reference that leads nowhere is no error. */
export const isOptional = ({ field }: Task): boolean => field.arguments.get('optional') === true

export const noSuchType = (type: string): ReturnType<typeof fault> =>
  fault('invalid', `${quote(type)} is no resource type`, { code: 'value', expression: ['type'] })

export const unresolvable = (): ReturnType<typeof fault> =>
  fault('not-found', 'The reference cannot be resolved here; with optional: true that is no error')
