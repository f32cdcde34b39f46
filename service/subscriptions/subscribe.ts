import { notPermitted } from '../access/permit.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { fault } from '../fault.ts'
import { isResourceId } from '../interaction-request.ts'
import { assertKnownType } from '../interactions/known-type.ts'
import { quote } from '../resource/quote.ts'
import type { Node } from '../search/ast.ts'
import { type ChangeFilter, COMPARTMENTS_MAX } from './change-filter.ts'

/** Without any of these: every change that the caller may see. */
export interface SubscribeRequest {
  readonly resourceType?: string
  /** Logical id; only with resourceType, since ids are scoped by type. */
  readonly id?: string
  /** Logical id of a Patient: changes in that patient's compartment. */
  readonly patient?: string
}

/**
 * What the caller will be told of, decided once: the filter is applied to every change from then on.
 * @throws Fault forbidden where the caller may not see such resources, or sees of them what no filter can tell.
 */
export async function subscribe(context: ServiceContext, call: Call, request: SubscribeRequest): Promise<ChangeFilter> {
  const filter = filterOf(context, call, request)
  await context.ports.listeners?.listen(call.tenant, call.deadline)
  return filter
}

function filterOf(context: ServiceContext, call: Call, { resourceType, id, patient }: SubscribeRequest): ChangeFilter {
  const definitions = context.definitions.for(call.tenant)
  if (resourceType !== undefined) assertKnownType(definitions, resourceType)
  if (id !== undefined && resourceType === undefined)
    throw fault('invalid', 'id needs resourceType beside it: resources of several types may have one id', {
      expression: ['id'],
    })
  for (const [name, value] of Object.entries({ id, patient })) {
    if (value !== undefined && !isResourceId(value))
      throw fault('invalid', `${name} takes a logical id, not ${quote(value)}`, { expression: [name] })
  }
  const types = resourceType === undefined ? definitions.servedTypes : [resourceType]
  const allowed = compartmentsOf(context, call, types)
  const compartments = patient === undefined ? allowed : narrowed(allowed, `Patient/${patient}`)
  if (compartments && compartments.length > COMPARTMENTS_MAX)
    throw fault(
      'too-costly',
      `The caller may see ${compartments.length} compartments, and ${COMPARTMENTS_MAX} at most can be listened to at ` +
        'once: name one patient',
    )
  return {
    tenant: call.tenant,
    ...(resourceType !== undefined && { resourceType }),
    ...(id !== undefined && { id }),
    ...(compartments && { compartments }),
  }
}

/** The compartments that the caller is limited to in all of these types; undefined: in none of them to any. */
function compartmentsOf(
  { policy }: ServiceContext,
  call: Call,
  types: readonly string[],
): readonly string[] | undefined {
  const limits = new Map<string, readonly string[] | undefined>()
  for (const type of types) {
    const visible = policy.permits(call, 'read', type) ? policy.visible(call, type) : NOTHING
    const compartments = limitOf(visible)
    if (compartments?.length === 0) {
      throw types.length === 1
        ? notPermitted('read', type)
        : fault('forbidden', 'The caller may not read all types of resources: name one in resourceType')
    }
    limits.set(compartments ? compartments.toSorted().join() : '', compartments)
  }
  if (limits.size > 1)
    throw fault('forbidden', 'What the caller may see differs from type to type: name one in resourceType')
  return limits.values().next().value
}

const NOTHING: Node = { kind: 'nothing' }

/** undefined: no limit. */
function limitOf(visible: Node): readonly string[] | undefined {
  switch (visible.kind) {
    case 'everything':
      return undefined
    case 'nothing':
      return []
    case 'compartment':
      return [visible.compartment]
    case 'or':
      return visible.nodes.flatMap(node => limitOf(node) ?? beyondFilters())
    default:
      return beyondFilters()
  }
}

/** A change is told without a look at the resource, so a rule on its content can't be kept. */
function beyondFilters(): never {
  throw fault(
    'forbidden',
    'What the caller may see depends on the content of resources, which live updates do not read',
  )
}

function narrowed(allowed: readonly string[] | undefined, patient: string): readonly string[] {
  if (allowed && !allowed.includes(patient)) throw notPermitted('read', 'Patient')
  return [patient]
}
