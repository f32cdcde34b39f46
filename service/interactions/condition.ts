/** Conditions of conditional creates and references: searches that must find one resource at the most. */
import { hash } from 'node:crypto'
import { matchesAlone, readHits } from '../access/read-hits.ts'
import { documentOf, isRevealed } from '../access/reveal.ts'
import { revealOne } from '../access/reveal-each.ts'
import { scope } from '../access/scope.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { type Fault, fault } from '../fault.ts'
import type { Revealed } from '../fhir-service.ts'
import type { Claim } from '../ports/resource-store.ts'
import type { Position, SearchHit } from '../ports/search-index.ts'
import type { ResourceKey } from '../ports/stored-version.ts'
import { formatQueryString, parseQueryString } from '../query-string.ts'
import type { ScopedQuery } from '../search/ast.ts'
import { assertIndexed } from '../search/own-parameters/unindexed-issues.ts'
import { parseSearch } from '../search/parse.ts'
import { controlOf } from '../search/parse-controls.ts'
import type { TerminologyAnswers } from '../terminology/answers.ts'
import { withTerminology } from '../terminology/with-terminology.ts'

export interface Condition {
  readonly type: string
  /** As given, for messages: `Patient?identifier=x`. */
  readonly text: string
  /** The same for conditions that say the same in another order. */
  readonly claim: string
  readonly query: ScopedQuery
}

/**
 * @param text a search of the type, with or without `Type?` before it. It may ask for value sets and hierarchies.
 * @throws Fault invalid where it is no search, or restricts nothing: such a condition would match any resource.
 */
export const readCondition = (context: ServiceContext, call: Call, type: string, text: string): Promise<Condition> =>
  withTerminology(context, call, terminology => parseCondition(context, call, type, text, terminology))

function parseCondition(
  context: ServiceContext,
  call: Call,
  type: string,
  text: string,
  terminology: TerminologyAnswers,
): Condition {
  const criteria = text.startsWith(`${type}?`) ? text.slice(type.length + 1) : text.replace(/^\?/, '')
  const parsed = parseSearch(
    {
      definitions: context.definitions.for(call.tenant),
      baseUrl: call.baseUrl,
      now: context.ports.clock.now(),
      terminology,
    },
    type,
    parseQueryString(criteria),
    'strict',
  )
  if (parsed.contained !== 'false') {
    const diagnostics = `The condition '${text}' is about resources: what they contain is nothing to be written or named`
    throw fault('invalid', diagnostics, { code: 'not-supported', expression: ['_contained'] })
  }
  if (parsed.query.where.kind === 'everything') {
    const none = `There is no condition: it is said by search parameters, as in ${type}?identifier=...`
    throw fault('invalid', text === '' ? none : `The condition '${text}' has no search criteria`, { code: 'value' })
  }
  const normalized = formatQueryString(parsed.applied.filter(([name]) => !controlOf(name)).sort(comparePairs))
  return {
    type,
    text: `${type}?${criteria}`,
    claim: hash('sha256', `${type}?${normalized}`, 'base64url'),
    query: scope(call, context.policy, parsed.query),
  }
}

function comparePairs(left: readonly [string, string], right: readonly [string, string]): number {
  const a = left.join('=')
  const b = right.join('=')
  if (a === b) return 0
  return a < b ? -1 : 1
}

/**
 * Two resources that match the condition now, or fewer where there are fewer.
 * @param excluded `Type/id` of resources that don't count: a transaction is about to delete or replace them.
 * @param enough how many are looked for where two are not what it is about; there may be some more.
 */
export const findMatches = (
  context: ServiceContext,
  call: Call,
  condition: Condition,
  excluded: ReadonlySet<string> = NONE,
  enough = 2,
): Promise<Revealed[]> =>
  collectMatches({ context, call, condition, excluded, enough }, hits => readHits(context, call, condition.query, hits))

/** The one that matches; undefined where none does. @throws Fault precondition-failed where several do. */
export async function findMatch(
  context: ServiceContext,
  call: Call,
  condition: Condition,
  excluded?: ReadonlySet<string>,
): Promise<Revealed | undefined> {
  const [match, ...more] = await findMatches(context, call, condition, excluded)
  if (more.length > 0) throw multipleMatches(condition)
  return match
}

/** The one that matches. R4 http.html#patch: @throws Fault not-found where none does. */
export async function getMatch(
  context: ServiceContext,
  call: Call,
  condition: Condition,
  excluded?: ReadonlySet<string>,
): Promise<Revealed> {
  const match = await findMatch(context, call, condition, excluded)
  if (!match) throw fault('not-found', `The condition '${condition.text}' matches no resource`)
  return match
}

/** As findMatches, without reading what an index that is never behind has found. */
export function findMatchingKeys(
  context: ServiceContext,
  call: Call,
  condition: Condition,
  excluded: ReadonlySet<string>,
): Promise<ResourceKey[]> {
  if (context.ports.store.indexing === 'later') return findMatches(context, call, condition, excluded)
  return collectMatches({ context, call, condition, excluded, enough: 2 }, async hits => hits)
}

interface MatchSearch {
  readonly context: ServiceContext
  readonly call: Call
  readonly condition: Condition
  readonly excluded: ReadonlySet<string>
  readonly enough: number
}

async function collectMatches<T>(
  { context, call, condition, excluded, enough }: MatchSearch,
  confirm: (hits: readonly SearchHit[]) => Promise<readonly T[]>,
): Promise<T[]> {
  await assertIndexed(context, call, parseQueryString(condition.text.slice(condition.type.length + 1)))
  const matches: T[] = []
  let after: Position | undefined
  do {
    const page = await context.ports.index.search(call.tenant, {
      query: condition.query,
      sort: [],
      // One more than decides it, so that a single excluded hit doesn't cost a page.
      count: enough + 1,
      ...(after && { after }),
      total: 'none',
      deadline: call.deadline,
      consistent: true,
    })
    const hits = page.hits.filter(hit => !excluded.has(`${hit.type}/${hit.id}`))
    matches.push(...(await confirm(hits)))
    after = page.next
  } while (after && matches.length < enough)
  return matches
}

const NONE: ReadonlySet<string> = new Set()

/**
 * What stands in the way of a claim: the resource that holds it, if it matches the condition (then it is the answer),
 * or nothing but its name, and the claim can be taken over.
 */
export async function claimHolder(
  context: ServiceContext,
  call: Call,
  condition: Condition,
  holder: ResourceKey,
): Promise<Revealed | undefined> {
  const [newest] = await context.ports.store.readNewest(call.tenant, [holder], call.deadline)
  const definitions = context.definitions.for(call.tenant)
  const version = await revealOne(context, call, newest)
  if (!isRevealed(version) || version.type !== condition.type) return undefined
  return matchesAlone(condition.query.where, () => documentOf(call, definitions, version)) ? version : undefined
}

/** Who holds the condition's claim, where a conflict didn't say so. */
export const readClaim = (
  { ports }: ServiceContext,
  call: Call,
  { claim }: Pick<Condition, 'claim'>,
): Promise<ResourceKey | undefined> => ports.store.readClaim(call.tenant, claim, call.deadline)

/** The claim of a resource about to be created, taken from whoever holds it in vain. */
export const claimOf = (condition: Condition, resource: ResourceKey, holder: ResourceKey | undefined): Claim => ({
  claim: condition.claim,
  resource,
  ...(holder && { replaces: holder }),
})

export const multipleMatches = ({ text }: Condition): Fault =>
  fault('precondition-failed', `The condition '${text}' matches more than one resource`, { code: 'multiple-matches' })

/** R4 http.html#3.1.0.7.1: a server may refuse to delete more than one. */
export const tooManyMatches = ({ text }: Condition, allowed: number): Fault =>
  fault(
    'precondition-failed',
    `The condition '${text}' matches more than ${allowed === 1 ? 'one resource' : `${allowed} resources`}, ` +
      'which is as many as one request may delete: nothing was deleted',
    { code: 'multiple-matches' },
  )
