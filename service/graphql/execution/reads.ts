import { assertPermitted } from '../../access/permit.ts'
import { readMany } from '../../access/read-many.ts'
import { withAttachmentUrls } from '../../binary/attachment-urls.ts'
import { Fault, type FaultCategory } from '../../fault.ts'
import type { ReadResult } from '../../fhir-service.ts'
import { isResourceId } from '../../interaction-request.ts'
import { invariant } from '../../invariant.ts'
import type { ResourceKey } from '../../ports/stored-version.ts'
import type { ResourceContent } from '../../resource/content.ts'
import { textOfScalar } from '../../resource/json.ts'
import { type Execution, NOTHING, type Outcome, spendResources, type Task } from './execution.ts'
import { isOptional, noSuchType, type ReferenceTarget, targetOf, unresolvable } from './references.ts'

/** Every read of a level, `Patient(id)` and Reference.resource alike, in one batch; each resource once a request. */
export async function resolveReads(execution: Execution, tasks: readonly Task[]): Promise<Outcome[]> {
  const { definitions, call } = execution
  const targets = tasks.map(task =>
    task.field.definition.access.kind === 'read' ? rootTarget(task) : targetOf(task, definitions, call.baseUrl),
  )
  const refused = await readMissing(execution, targets)
  return Promise.all(
    tasks.map(async (task, index) => {
      const target = targets[index]
      invariant(target, 'every task has a target')
      try {
        return await outcomeOf(execution, task, target, refused)
      } catch (thrown) {
        return isAbsence(thrown) && isOptional(task) ? NOTHING : { thrown }
      }
    }),
  )
}

function rootTarget({ field }: Task): ReferenceTarget {
  const { access } = field.definition
  invariant(access.kind === 'read', 'a root read')
  return { kind: 'resource', type: access.resourceType, id: textOfScalar(field.arguments.get('id') ?? null) }
}

const keyOf = ({ type, id }: ResourceKey): string => `${type}/${id}`

/** Types that the caller may not read, or may not be asked for, with what to say of them. */
type Refusals = ReadonlyMap<string, unknown>

async function readMissing(execution: Execution, targets: readonly ReferenceTarget[]): Promise<Refusals> {
  const { context, call, resources } = execution
  const refusals = new Map<string, unknown>()
  const missing = new Map<string, ResourceKey>()
  for (const target of targets) {
    if (target.kind !== 'resource' || resources.has(keyOf(target)) || !isResourceId(target.id)) continue
    const refusal = refusalOf(() => assertPermitted(context.policy, call, 'read', target.type))
    if (refusal) refusals.set(target.type, refusal.thrown)
    else missing.set(keyOf(target), { type: target.type, id: target.id })
  }
  if (missing.size === 0) return refusals
  const keys = [...missing.values()]
  try {
    spendResources(execution, keys.length)
    const versions = await withAttachmentUrls(context, call, await readMany(context, call, keys))
    for (const [index, key] of keys.entries()) resources.set(keyOf(key), versions[index]?.content())
  } catch (thrown) {
    for (const { type } of keys) refusals.set(type, thrown)
  }
  return refusals
}

function refusalOf(assert: () => void): { readonly thrown: unknown } | undefined {
  try {
    assert()
    return undefined
  } catch (thrown) {
    return { thrown }
  }
}

async function outcomeOf(
  execution: Execution,
  task: Task,
  target: ReferenceTarget,
  refusals: Refusals,
): Promise<Outcome> {
  switch (target.kind) {
    case 'excluded':
      return NOTHING
    case 'contained':
      return { value: target.resource, owner: task.owner }
    case 'mistaken':
      throw noSuchType(target.type)
    case 'elsewhere':
      throw unresolvable()
    case 'version': {
      const { context, call } = execution
      spendResources(execution, 1)
      return { value: contentOf(await context.operations.vread(call, target)) }
    }
    case 'resource': {
      const content = execution.resources.get(keyOf(target))
      if (content) return { value: content }
      if (!execution.resources.has(keyOf(target)) && refusals.has(target.type)) throw refusals.get(target.type)
      if (task.field.definition.access.kind === 'reference') throw unresolvable()
      // A read says why there is nothing: never was, is hidden, or was deleted.
      return { value: contentOf(await execution.context.operations.read(execution.call, target)) }
    }
  }
}

function contentOf(result: ReadResult): ResourceContent {
  invariant(result.kind === 'found', 'a read without conditions finds')
  return result.version.content()
}

const ABSENCES: ReadonlySet<FaultCategory> = new Set(['not-found', 'gone', 'forbidden'])

/** R4 graphql.html#references: missing, hidden and forbidden are the same to the one who asks. */
const isAbsence = (thrown: unknown): boolean => Fault.is(thrown) && ABSENCES.has(thrown.category)
