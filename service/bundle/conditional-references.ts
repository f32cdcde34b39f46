/** References by search, `Practitioner?identifier=x`, become references to the one match. R4 http.html#trules */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { Fault, fault, withIssues } from '../fault.ts'
import { type Condition, findMatchingKeys } from '../interactions/condition.ts'
import { mapConcurrently } from '../map-concurrently.ts'
import { collectReferences, type ResolveLink, rewriteLinks } from '../resource/references.ts'
import { type DraftCreate, type Drafts, type DraftUpdate, readStagedCondition } from './drafts.ts'
import { type FaultCollector, faultCollector } from './entry-fault.ts'
import { conditionalType } from './links.ts'
import { scanReferences } from './scan-references.ts'
import { documentOfDraft, type StagedDocuments, stagedDocuments } from './staged-documents.ts'

export type DraftWrite = DraftCreate | DraftUpdate

/** A condition and the texts that say it, each with the first write that has it. */
interface UsedCondition {
  readonly condition: Condition
  readonly texts: Map<string, DraftWrite>
}

/**
 * `Type/id` by the text of each conditional reference in the writes. Exactly one resource must match, when what the
 * transaction writes counts as written, and what it deletes or replaces no longer as it was.
 * @param writes those that come to a new version.
 * @param resolverOf the links between entries.
 * @throws Fault that names each reference without its one match (precondition-failed), or that is no search (invalid).
 */
export async function resolveConditionalReferences(
  context: ServiceContext,
  call: Call,
  drafts: Drafts,
  writes: readonly DraftWrite[],
  resolverOf: (draft: DraftWrite) => ResolveLink,
): Promise<ReadonlyMap<string, string>> {
  const targets = new Map<string, string>()
  const faults = faultCollector()
  const refuse = refusal(context, call, faults)
  refuseUnresolved(writes, resolverOf, refuse)
  const conditions = await usedConditions(context, call, writes, refuse)
  if (conditions.length > 0) {
    const staged = stagedWrites(context, call, conditions, writes, resolverOf)
    const replaced = new Set([...drafts.deletes, ...drafts.updates].map(({ type, id }) => `${type}/${id}`))
    await mapConcurrently(conditions, context.limits.concurrencyMax, async ({ condition, texts }) => {
      const stored = await findMatchingKeys(context, call, condition, replaced)
      const [match, ...more] = [...staged.find(condition.query), ...stored]
      for (const [text, draft] of texts) {
        if (match && more.length === 0) targets.set(text, `${match.type}/${match.id}`)
        else refuse(draft, text, match ? severalMatches(text) : noMatch(text))
      }
    })
  }
  faults.throwAny()
  return targets
}

type Refuse = (draft: DraftWrite, text: string, error: Fault) => void

/** R4 bundle.html#references: a urn: names another entry of the Bundle; elsewhere nobody could follow it. */
function refuseUnresolved(
  writes: readonly DraftWrite[],
  resolverOf: (draft: DraftWrite) => ResolveLink,
  refuse: Refuse,
): void {
  for (const draft of writes) {
    let resolve: ResolveLink | undefined
    scanReferences(draft.content, text => {
      if (!text.startsWith('urn:')) return
      resolve ??= resolverOf(draft)
      if (resolve(text) === undefined && resolve(text.replace(/#.*$/s, '')) === undefined)
        refuse(draft, text, unresolved(text))
    })
  }
}

async function usedConditions(
  context: ServiceContext,
  call: Call,
  writes: readonly DraftWrite[],
  refuse: Refuse,
): Promise<readonly UsedCondition[]> {
  const definitions = context.definitions.for(call.tenant)
  const users = new Map<string, DraftWrite>()
  for (const draft of writes) {
    scanReferences(draft.content, text => {
      if (text.includes('?') && !users.has(text)) users.set(text, draft)
    })
  }
  const conditions = new Map<string, UsedCondition>()
  for (const [text, draft] of users) {
    const type = conditionalType(text)
    if (type === undefined || !definitions.isResourceType(type)) continue
    const condition = await readStagedCondition(context, call, type, text).catch(expected)
    if (Fault.is(condition)) {
      refuse(draft, text, condition)
      continue
    }
    const known = conditions.get(condition.claim) ?? { condition, texts: new Map<string, DraftWrite>() }
    known.texts.set(text, draft)
    conditions.set(condition.claim, known)
  }
  return [...conditions.values()]
}

function expected(error: unknown): Fault {
  if (Fault.is(error)) return error
  throw error
}

function stagedWrites(
  context: ServiceContext,
  call: Call,
  conditions: readonly UsedCondition[],
  writes: readonly DraftWrite[],
  resolverOf: (draft: DraftWrite) => ResolveLink,
): StagedDocuments {
  const definitions = context.definitions.for(call.tenant)
  const types = new Set(conditions.map(({ condition }) => condition.type))
  const documents = writes
    .filter(({ type }) => types.has(type))
    .map(draft => {
      const content = rewriteLinks(definitions, draft.content, resolverOf(draft))
      return documentOfDraft(context, call, draft.id, content)
    })
  return stagedDocuments(documents)
}

/** Only true References count: the scan may have met another element of that name. */
function refusal(context: ServiceContext, call: Call, faults: FaultCollector): Refuse {
  return (draft, text, error) => {
    const references = collectReferences(context.definitions.for(call.tenant), draft.content)
    const found = references.find(({ reference }) => reference === text)
    if (!found) return
    const issues = error.issues.map(issue => ({ ...issue, expression: [found.expression] }))
    faults.refuse(draft.entry.index, withIssues(error, issues))
  }
}

const unresolved = (text: string): Fault =>
  fault('invalid', `The reference '${text}' leads to no entry of the transaction`, { code: 'not-found' })

const noMatch = (text: string): Fault =>
  fault('precondition-failed', `The reference '${text}' matches no resource`, { code: 'not-found' })

const severalMatches = (text: string): Fault =>
  fault('precondition-failed', `The reference '${text}' matches more than one resource`, { code: 'multiple-matches' })
