/** What `_include` and `_revinclude` bring along, under the same policy as the matches. R4 search.html#include */
import { readHits } from '../access/read-hits.ts'
import { readMany } from '../access/read-many.ts'
import { isRevealed } from '../access/reveal.ts'
import { revealOne } from '../access/reveal-each.ts'
import { scope } from '../access/scope.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Issue } from '../fault.ts'
import type { Revealed } from '../fhir-service.ts'
import { mapConcurrently } from '../map-concurrently.ts'
import type { Position } from '../ports/search-index.ts'
import type { ResourceKey } from '../ports/stored-version.ts'
import type { Query } from '../search/ast.ts'
import {
  type IncludeRound,
  type IncludeTarget,
  includeTargets,
  namedVersions,
  revincludeQueries,
  targetKey,
} from '../search/include.ts'
import type { IncludeDirective } from '../search/parse.ts'
import { simplify } from '../search/simplify.ts'

export interface Includes {
  readonly versions: readonly Revealed[]
  /** Warnings about what was left out. */
  readonly issues: readonly Issue[]
}

const NONE: Includes = Object.freeze({ versions: [], issues: [] })

/** Each resource once, and none that is a match already. */
export async function findIncludes(
  context: ServiceContext,
  call: Call,
  directives: readonly IncludeDirective[],
  matches: readonly Revealed[],
): Promise<Includes> {
  if (directives.length === 0 || matches.length === 0) return NONE
  const { includesMax, includeRoundsMax } = context.limits
  const definitions = context.definitions.for(call.tenant)
  const iterates = directives.some(directive => directive.iterate)
  // Nothing refers to what is contained in a match but the match itself.
  const known = new Set(matches.flatMap(match => (match.container ? [] : [keyOf(match), targetKey(match)])))
  const versions: Revealed[] = []
  let frontier = matches
  for (let round = 0; frontier.length > 0 && (round === 0 || iterates); round++) {
    if (round === includeRoundsMax) return { versions, issues: [roundsWarning(includeRoundsMax)] }
    const step: IncludeRound = { definitions, baseUrl: call.baseUrl, directives, first: round === 0 }
    const room = includesMax - versions.length
    const { found, isCut = found.length > room } = await findRound(context, call, step, frontier, known, room)
    frontier = found.slice(0, room)
    versions.push(...frontier)
    if (isCut) return { versions, issues: [sizeWarning(includesMax)] }
  }
  return { versions, issues: [] }
}

interface Round {
  /** More than there was room for only if there are more. */
  readonly found: readonly Revealed[]
  /** Nobody knows whether this is all. */
  readonly isCut?: true
}

/** One round's resources. Adds them to the known. */
async function findRound(
  context: ServiceContext,
  call: Call,
  step: IncludeRound,
  frontier: readonly Revealed[],
  known: Set<string>,
  room: number,
): Promise<Round> {
  const targets = includeTargets(
    step,
    frontier.map(version => version.content()),
    known,
  )
  const found: Revealed[] = []
  const add = (version: Revealed | undefined): void => {
    if (!version || known.has(targetKey(version))) return
    known.add(keyOf(version)).add(targetKey(version))
    found.push(version)
  }
  for (let start = 0; start < targets.local.length && found.length <= room; start += room + 1) {
    for (const version of await readTargets(context, call, targets.local.slice(start, start + room + 1))) add(version)
  }
  if (found.length > room) return { found }
  const outside = frontier.filter(({ container }) => container === undefined)
  const { concurrencyMax, includesMax } = context.limits
  // Which version is the newest is not known before all have been seen, known ones too.
  const candidates = await mapConcurrently(targets.canonical, concurrencyMax, query =>
    findPointing(context, call, query, NOTHING, includesMax),
  )
  for (const version of namedVersions(targets.canonicals, candidates.flat())) add(version)
  const pointing = await mapConcurrently(revincludeQueries(step, outside), concurrencyMax, query =>
    findPointing(context, call, query, known, room + 1),
  )
  for (const version of pointing.flat()) add(version)
  return candidates.some(({ length }) => length >= includesMax) ? { found, isCut: true } : { found }
}

const NOTHING: ReadonlySet<string> = new Set()

/** In the order asked: the newest, or the version that is named, judged by its own content as a vread is. */
async function readTargets(
  context: ServiceContext,
  call: Call,
  targets: readonly IncludeTarget[],
): Promise<(Revealed | undefined)[]> {
  const newest = targets.filter(({ versionId }) => versionId === undefined)
  const read = new Map((await readMany(context, call, newest)).map(version => [version && keyOf(version), version]))
  return mapConcurrently(targets, context.limits.concurrencyMax, async ({ type, id, versionId }) => {
    if (versionId === undefined) return read.get(`${type}/${id}`)
    const stored = await context.ports.store.readVersion(call.tenant, { type, id }, versionId, call.deadline)
    const version = await revealOne(context, call, stored)
    return isRevealed(version) ? version : undefined
  })
}

/** Up to `count` resources that are not known yet. */
async function findPointing(
  context: ServiceContext,
  call: Call,
  query: Query,
  known: ReadonlySet<string>,
  count: number,
): Promise<Revealed[]> {
  const scoped = simplify(scope(call, context.policy, query))
  const found: Revealed[] = []
  if (scoped.where.kind === 'nothing') return found
  let after: Position | undefined
  do {
    const page = await context.ports.index.search(call.tenant, {
      query: scoped,
      sort: [],
      count,
      ...(after && { after }),
      total: 'none',
      deadline: call.deadline,
    })
    const hits = page.hits.filter(hit => !known.has(keyOf(hit)))
    found.push(...(await readHits(context, call, scoped, hits)))
    after = page.next
  } while (after && found.length < count)
  return found
}

const keyOf = ({ type, id }: ResourceKey): string => `${type}/${id}`

const sizeWarning = (includesMax: number): Issue => ({
  severity: 'warning',
  code: 'too-costly',
  diagnostics: `More than ${includesMax} resources would be included: the rest is left out. Ask for smaller pages`,
  expression: ['_include'],
})

const roundsWarning = (includeRoundsMax: number): Issue => ({
  severity: 'warning',
  code: 'too-costly',
  diagnostics: `:iterate stopped after ${includeRoundsMax} rounds: what lies further away is left out`,
  expression: ['_include'],
})
