/** The writes of a transaction, checked as far as that needs nothing but the Bundle. */
import { assertPermitted } from '../access/permit.ts'
import type { InteractionCode } from '../access/policy.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { fault } from '../fault.ts'
import type { Patch } from '../fhir-service.ts'
import { type Interaction, isResourceId } from '../interaction-request.ts'
import { type Condition, readCondition } from '../interactions/condition.ts'
import { assertVersionId } from '../interactions/if-match.ts'
import { assertKnownType, notFound } from '../interactions/known-type.ts'
import { planSearch, searchRequestOf } from '../interactions/search-plan.ts'
import { assertUpdatable } from '../interactions/update.ts'
import type { VersionAttributes } from '../ports/stored-version.ts'
import { formatQueryString } from '../query-string.ts'
import type { Replaced } from '../resource/carry-labels.ts'
import type { ResourceContent } from '../resource/content.ts'
import { assertValid } from '../resource/validate.ts'
import { hasJoin } from '../search/has-join.ts'
import { TerminologyAnswers } from '../terminology/answers.ts'
import { breathe } from './breathe.ts'
import { type BundleEntry, isRefused, type RefusedEntry } from './entries.ts'
import { type FaultCollector, faultCollector } from './entry-fault.ts'
import { patchOfEntry } from './patch-entry.ts'

export interface DraftCreate {
  readonly kind: 'create'
  readonly entry: BundleEntry
  readonly type: string
  /** Chosen once, so that every attempt to commit writes the same resource. */
  readonly id: string
  readonly content: ResourceContent
  /** ifNoneExist */
  readonly condition: Condition | undefined
}

export interface DraftUpdate {
  readonly kind: 'update'
  readonly method: 'PUT' | 'PATCH'
  readonly entry: BundleEntry
  readonly type: string
  readonly id: string
  readonly content: ResourceContent
  /** What a condition has found, or a patch was made on: no other version may be replaced. */
  readonly previous?: VersionAttributes & Replaced
  /** By a condition that nothing matches: there must be no such resource yet. */
  readonly isNew?: true
}

export interface DraftDelete {
  readonly kind: 'delete'
  readonly entry: BundleEntry
  readonly type: string
  readonly id: string
  /** What a condition has found. */
  readonly previous?: VersionAttributes
}

/** Entries whose target is known only when the store has been asked. */
export type ConditionalDraft =
  | {
      readonly kind: 'conditional-delete'
      readonly entry: BundleEntry
      readonly type: string
      readonly condition: Condition
    }
  | {
      readonly kind: 'conditional-update'
      readonly entry: BundleEntry
      readonly type: string
      readonly condition: Condition
      readonly content: ResourceContent
      /** Where nothing matches, and the content has no id. */
      readonly newId: string
    }
  | {
      readonly kind: 'patch'
      readonly entry: BundleEntry
      readonly type: string
      readonly target: { readonly id: string } | Condition
      readonly patch: Patch
    }

export type Draft = DraftCreate | DraftUpdate | DraftDelete

/** In the order in which R4 http.html#trules processes them; within a kind in the order of the request. */
export interface Drafts {
  readonly deletes: readonly DraftDelete[]
  readonly creates: readonly DraftCreate[]
  readonly updates: readonly DraftUpdate[]
  readonly conditional: readonly ConditionalDraft[]
}

/** @throws Fault with the issues of every entry that could not be processed, whatever the store holds. */
export async function draftEntries(
  context: ServiceContext,
  call: Call,
  entries: readonly (BundleEntry | RefusedEntry)[],
): Promise<Drafts> {
  const faults = faultCollector()
  const deletes: DraftDelete[] = []
  const creates: DraftCreate[] = []
  const updates: DraftUpdate[] = []
  const conditional: ConditionalDraft[] = []
  for (const entry of entries) {
    if (faults.full) break
    await breathe(entry.index)
    if (isRefused(entry)) {
      faults.add(entry.refusal)
      continue
    }
    const draft = await draftEntry(context, call, entry, faults)
    if (draft?.kind === 'delete') deletes.push(draft)
    else if (draft?.kind === 'create') creates.push(draft)
    else if (draft?.kind === 'update') updates.push(draft)
    else if (draft) conditional.push(draft)
  }
  refuseOverlap([...deletes, ...updates], faults)
  faults.throwAny()
  return { deletes, creates, updates, conditional }
}

/** At once, where no condition may have to ask for value sets. */
function draftEntry(
  context: ServiceContext,
  call: Call,
  entry: BundleEntry,
  faults: FaultCollector,
): Draft | ConditionalDraft | undefined | Promise<Draft | ConditionalDraft | undefined> {
  const { index, interaction } = entry
  const definitions = context.definitions.for(call.tenant)
  const type = 'type' in interaction && interaction.type !== '*' ? interaction.type : undefined
  const allowed = faults.try(
    index,
    () => {
      if (type !== undefined) assertKnownType(definitions, type)
      assertPermitted(context.policy, call, codeOf(interaction), type)
      return true
    },
    'request.url',
  )
  if (!allowed) return undefined
  switch (interaction.kind) {
    case 'create':
      return draftCreate(context, call, entry, interaction.type, faults)
    case 'update': {
      const { id } = interaction
      const content = faults.try(index, () => {
        assertVersionId(entry.ifMatch)
        return assertUpdatable(definitions, { type: interaction.type, id }, entry.resource ?? null, BEFORE_RESOLVING)
      })
      return content && { kind: 'update', method: 'PUT', entry, type: interaction.type, id, content }
    }
    case 'conditional-update':
    case 'conditional-delete':
    case 'conditional-patch':
    case 'patch':
      return faults.after(index, draftConditional(context, call, entry, interaction))
    case 'delete':
      faults.try(index, () => assertVersionId(entry.ifMatch), 'request.ifMatch')
      return { kind: 'delete', entry, type: interaction.type, id: interaction.id }
    case 'search':
    case 'search-system':
    case 'search-compartment':
      // A search that can't be run has to fail before anything is written.
      faults.try(
        index,
        () => planSearch(context, call, searchRequestOf(interaction), new TerminologyAnswers()),
        'request.url',
      )
      return undefined
    case 'operation':
      faults.try(index, () => assertHarmless(context, interaction), 'request.url')
      return undefined
    default:
      return undefined
  }
}

/** What an operation has changed can't be taken back when the transaction fails. */
function assertHarmless(
  { operationRegistry }: ServiceContext,
  operation: Extract<Interaction, { kind: 'operation' }>,
): void {
  const { name, affectsState } = operationRegistry.get(operation.name, operation)
  if (!affectsState) return
  throw fault('unsupported', `$${name} changes what is stored, which a transaction could not undo: send it in a batch`)
}

/** Conditional references become references before anything is stored. */
export const BEFORE_RESOLVING = { conditionalReferences: 'allowed' } as const

async function draftConditional(
  context: ServiceContext,
  call: Call,
  entry: BundleEntry,
  interaction: Extract<
    BundleEntry['interaction'],
    { kind: 'conditional-update' | 'conditional-delete' | 'conditional-patch' | 'patch' }
  >,
): Promise<ConditionalDraft> {
  const definitions = context.definitions.for(call.tenant)
  const { kind, type } = interaction
  const { resource = null } = entry
  assertVersionId(entry.ifMatch)
  if (kind === 'patch') {
    if (!isResourceId(interaction.id)) throw notFound(interaction)
    return { kind: 'patch', entry, type, target: interaction, patch: patchOfEntry(resource) }
  }
  const condition = await readStagedCondition(context, call, type, formatQueryString(interaction.parameters))
  if (kind === 'conditional-patch') {
    return { kind: 'patch', entry, type, target: condition, patch: patchOfEntry(resource) }
  }
  if (kind === 'conditional-delete') return { kind, entry, type, condition }
  const content = assertValid(definitions, resource, { type, ...BEFORE_RESOLVING })
  if (content.id !== undefined)
    assertUpdatable(definitions, { type, id: String(content.id) }, content, BEFORE_RESOLVING)
  return { kind, entry, type, condition, content, newId: context.ports.ids.resourceId() }
}

async function draftCreate(
  context: ServiceContext,
  call: Call,
  entry: BundleEntry,
  type: string,
  faults: FaultCollector,
): Promise<DraftCreate | undefined> {
  const { index, ifNoneExist } = entry
  const definitions = context.definitions.for(call.tenant)
  const content = faults.try(index, () =>
    assertValid(definitions, entry.resource ?? null, { type, ...BEFORE_RESOLVING }),
  )
  const condition =
    ifNoneExist === undefined
      ? undefined
      : await faults.after(index, readStagedCondition(context, call, type, ifNoneExist), 'request.ifNoneExist')
  if (!content || (ifNoneExist !== undefined && !condition)) return undefined
  return { kind: 'create', entry, type, id: context.ports.ids.resourceId(), content, condition }
}

/**
 * A condition that is matched over the staged entries as well.
 * @throws Fault unsupported where it looks at other resources: those may be staged, too.
 */
export async function readStagedCondition(
  context: ServiceContext,
  call: Call,
  type: string,
  text: string,
): Promise<Condition> {
  const condition = await readCondition(context, call, type, text)
  if (!hasJoin(condition.query.where)) return condition
  throw fault('unsupported', `The condition '${text}' has a chained parameter, which is not supported in a transaction`)
}

function codeOf(interaction: BundleEntry['interaction']): InteractionCode {
  switch (interaction.kind) {
    case 'search':
      return 'search-type'
    case 'search-compartment':
      return interaction.type === '*' ? 'search-system' : 'search-type'
    case 'history':
      if (interaction.id !== undefined) return 'history-instance'
      return interaction.type === undefined ? 'history-system' : 'history-type'
    case 'conditional-update':
      return 'update'
    case 'conditional-patch':
      return 'patch'
    case 'conditional-delete':
      return 'delete'
    default:
      return interaction.kind
  }
}

/** Which resource an entry writes. */
type WrittenTarget = Pick<Draft, 'entry' | 'type' | 'id'>

/** R4 http.html#trules: a transaction in which a resource is named twice by PUT or DELETE fails. */
export function refuseOverlap(drafts: readonly WrittenTarget[], faults: FaultCollector): void {
  const first = new Map<string, WrittenTarget>()
  for (const draft of drafts) {
    const key = `${draft.type}/${draft.id}`
    const other = first.get(key)
    first.set(key, other ?? draft)
    if (!other) continue
    const [one, two] = [other, draft].sort((a, b) => a.entry.index - b.entry.index).map(({ entry }) => entry)
    if (!one || !two) continue
    const text = `Bundle.entry[${one.index}] (${one.method}) and Bundle.entry[${two.index}] (${two.method})`
    const expression = [`Bundle.entry[${one.index}].request`, `Bundle.entry[${two.index}].request`]
    faults.add(fault('invalid', `${text} write the same resource, ${key}`, { code: 'duplicate', expression }))
  }
}
