/** What must hold in every state, whatever has happened. */
import type { ItemsView } from '#test/support/table-semantics.ts'
import { chainOf, creatorsIn, isCommitted, newestOf, type Slot } from './chain.ts'
import { type ClaimReading, isReferrer, type Listing, type Reading, STAMP, TENANT } from './programs.ts'
import { type StateParts, viewOf } from './state.ts'
import type { Scenario } from './world.ts'

/** Of scenarios about a claim: C1 and C2 are staged, X is one request. */
const CLAIMANTS = ['C1', 'C2', 'X']

/** What is broken, as `rule: what is wrong`. */
export function violationsOf(scenario: Scenario, state: StateParts): string[] {
  const items = viewOf(state)
  const chains: Chains = { A: chainOf(items, 'A'), B: chainOf(items, 'B') }
  const results = new Map(scenario.actors.map(({ name }, position) => [name, state.actors[position]?.result]))
  return [
    ...['T1', 'T2']
      .filter(name => results.has(name))
      .flatMap(name => atomic(name, state, items, chains, results.get(name))),
    ...Object.entries(chains).flatMap(([resource, slots]) => chained(resource, slots, state)),
    ...single(chains, results.get('W')),
    ...(Array.isArray(results.get('R')) ? read(results.get('R') as Reading[], state, chains) : []),
    ...claimed(creatorsIn(items, state.committed), results),
    ...referred(chains, state, results),
    ...list(results.get('L') as Listing | undefined, chains),
    ...[...results].flatMap(([name, result]) => (isFailure(result) ? [`failure: ${name} ${result.failed}`] : [])),
  ]
}

interface Chains {
  readonly A: readonly (Slot | undefined)[]
  readonly B: readonly (Slot | undefined)[]
}

const isFailure = (result: unknown): result is { readonly failed: string } =>
  typeof result === 'object' && result !== null && 'failed' in result

/** A transaction is there whole or not at all, and its writer was told the truth. */
function atomic(name: string, state: StateParts, items: ItemsView, { A, B }: Chains, result: unknown): string[] {
  const committed = state.committed.includes(name)
  const own = [A, B].map(slots => slots.filter(slot => slot?.by === name))
  const staged = own.flat().some(slot => slot?.transaction !== undefined)
  const record = items.get({ partition: `${TENANT}#tx#${name}`, sort: 'record' })
  const broken: string[] = []
  if (committed && own.some(slots => slots.length === 0))
    broken.push(`atomic: ${name} is committed, and a version of it is gone`)
  if (!committed && own.flat().some(slot => slot?.transaction === undefined)) {
    broken.push(`atomic: a version of ${name}, which is not committed, is final`)
  }
  if (committed && staged && record?.state !== 'committed') {
    broken.push(`atomic: ${name} is committed and not finalized, and its record says ${record?.state}`)
  }
  if (result === 'ok' && !committed) broken.push(`answer: ${name} was answered ok, and is not committed`)
  if (result === 'conflict' && committed) broken.push(`answer: ${name} was answered conflict, and is committed`)
  return broken
}

/** Numbers without gaps, at most the top undecided, each built on the one below it, final in their order. */
function chained(resource: string, slots: readonly (Slot | undefined)[], state: StateParts): string[] {
  const broken = slots.flatMap((slot, index) => {
    if (!slot) return [`chain: ${resource}/${index + 1} is missing`]
    if (!isCommitted(slot, state.committed)) {
      return index < slots.length - 1 ? [`chain: ${resource}/${slot.versionId} is undecided below others`] : []
    }
    const below = slots[index - 1]?.by ?? ''
    return below === slot.builtOn ? [] : [`chain: ${resource}/${slot.versionId} lost an update of ${below}`]
  })
  if ((state.published[resource] ?? 0) < 0) broken.push(`order: ${resource} came to the stream out of order`)
  return broken
}

function single({ A }: Chains, result: unknown): string[] {
  const there = A.some(slot => slot?.by === 'W')
  if (result === 'ok' && !there) return ['answer: W was answered ok, and its version is gone']
  return result === 'conflict' && there ? ['answer: W was answered conflict, and its version is there'] : []
}

/** Never older than what was committed when the read began, never undecided, never half a transaction. */
function read(readings: readonly Reading[], { committed }: StateParts, chains: Chains): string[] {
  const broken = readings.flatMap(({ resource, versionId, by, from }) => [
    ...(versionId < from ? [`read: ${resource}/${versionId}, and ${from} was committed before`] : []),
    ...(by.startsWith('T') && !committed.includes(by) ? [`read: ${resource}/${versionId} of ${by}, undecided`] : []),
  ])
  const [first, second] = readings
  if (!first || !second) return broken
  for (const name of committed) {
    const at = placeOf(chains, second.resource, name)
    if (first.by === name && at > 0 && second.versionId < at) broken.push(`read: ${name} on ${first.resource} alone`)
  }
  return broken
}

const placeOf = (chains: Chains, resource: string, name: string): number =>
  chains[resource === 'A' ? 'A' : 'B'].find(slot => slot?.by === name)?.versionId ?? 0

/** One at the most has what it claims, everybody is told the truth, and nobody reads what is not so. */
function claimed(creators: readonly string[], results: ReadonlyMap<string, unknown>): string[] {
  const broken = creators.length > 1 ? [`claim: ${creators} all have it`] : []
  for (const name of CLAIMANTS) {
    const has = creators.includes(name)
    if (results.get(name) === 'ok' && !has) broken.push(`claim: ${name} was answered ok, and has created nothing`)
    if (results.get(name) === 'conflict' && has) broken.push(`claim: ${name} was answered conflict, and has it`)
  }
  const reading = results.get('K') as ClaimReading | undefined
  if (reading?.holder !== undefined && !creators.includes(reading.holder))
    broken.push('claim: one was read that nobody has')
  if (reading && reading.from !== undefined && reading.holder !== reading.from)
    broken.push('claim: one was read too late')
  return broken
}

/** Nothing that counts refers to what is deleted, and everybody is told the truth. */
function referred({ A, B }: Chains, { committed }: StateParts, results: ReadonlyMap<string, unknown>): string[] {
  const dangles = newestOf(A, committed)?.deleted && isReferrer(newestOf(B, committed)?.by)
  const broken = dangles ? ['reference: B refers to A, which is deleted'] : []
  for (const [name, slots] of [
    ['V', B],
    ['S', B],
    ['D', A],
  ] as const) {
    const there = slots.some(slot => slot?.by === name && isCommitted(slot, committed))
    if (results.get(name) === 'ok' && !there) broken.push(`answer: ${name} was answered ok, and is not committed`)
    if (results.get(name) === 'conflict' && there) broken.push(`answer: ${name} was answered conflict, and is there`)
  }
  return broken
}

/** What a page complete up to a time has left out never appears later. */
function list(listing: Listing | undefined, { A, B }: Chains): string[] {
  if (!listing || listing.watermark < STAMP) return []
  const final = Object.entries({ A, B }).flatMap(([resource, slots]) =>
    slots.flatMap(slot =>
      slot && slot.by === 'T1' && slot.transaction === undefined ? `${resource}/${slot.versionId}` : [],
    ),
  )
  const missed = final.filter(name => !listing.versions.includes(name))
  return missed.map(name => `list: ${name} appeared below the watermark ${listing.watermark}`)
}
