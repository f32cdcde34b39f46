import { assertPermitted } from '../access/permit.ts'
import type { AccessPolicy, InteractionCode } from '../access/policy.ts'
import { revealEach } from '../access/reveal-each.ts'
import { withAttachmentUrls } from '../binary/attachment-urls.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Definitions } from '../definitions.ts'
import { Fault, type Issue } from '../fault.ts'
import type { HistoryRequest, HistoryResult, Parameters } from '../fhir-service.ts'
import { isResourceId } from '../interaction-request.ts'
import { mapConcurrently } from '../map-concurrently.ts'
import type { Position } from '../ports/search-index.ts'
import type { ResourceKey, StoredVersion, VersionAttributes } from '../ports/stored-version.ts'
import { parseDateRange } from '../search/date-range.ts'
import type { DateValue } from '../search/document.ts'
import { CURSOR_PARAMETER, decodeCursor, encodeCursor, LINK_LIFE_MS, withCursor } from '../search/page.ts'
import { assertKnownType, notFound } from './known-type.ts'

/** R4 http.html#history. Versions that the caller may not see are left out, and so is then the total. */
export async function history(context: ServiceContext, call: Call, request: HistoryRequest): Promise<HistoryResult> {
  const definitions = context.definitions.for(call.tenant)
  const { type, id } = request
  if (type !== undefined) assertKnownType(definitions, type)
  assertPermitted(context.policy, call, codeOf(request), type)
  if (type !== undefined && id !== undefined && !isResourceId(id)) throw notFound({ type, id })
  const page = parseHistory(request.parameters, context.limits.pageSizeMax)
  const { sealer, clock } = context.ports
  const now = clock.now()
  const sealed: Parameters = [['', [type, id].join('/')], ...page.applied]
  const after =
    page.cursor === undefined ? undefined : afterOf(decodeCursor(sealer, call.tenant, page.cursor, sealed, now))
  const all = seesAll(call, context.policy, definitions, type)
  const { versions, total, next } = await pageOf(context, call, request, page, after, all)
  const unknown = versions.length === 0 && page.cursor === undefined && page.since === undefined && !page.at
  if (type !== undefined && id !== undefined && unknown) throw notFound({ type, id })
  return {
    versions: await withAttachmentUrls(context, call, versions),
    creations: await creationsOf(context, call, versions),
    total: all ? total : undefined,
    self: page.cursor === undefined ? page.applied : withCursor(page.applied, page.cursor),
    next:
      next === undefined
        ? undefined
        : withCursor(
            page.applied,
            encodeCursor(sealer, call.tenant, { after: [next], backwards: false }, sealed, now + LINK_LIFE_MS),
          ),
  }
}

interface Found {
  readonly versions: HistoryResult['versions']
  /** Of the store: hidden ones count. */
  readonly total: number | undefined
  readonly next: string | undefined
}

async function pageOf(
  context: ServiceContext,
  call: Call,
  { type, id }: HistoryRequest,
  { at, since, count }: HistoryParameters,
  start: string | undefined,
  all: boolean,
): Promise<Found> {
  const wanted = count ?? context.limits.pageSizeDefault
  const versions: HistoryResult['versions'][number][] = []
  let after = start
  let total: number | undefined
  let examined = 0
  // Who doesn't see all is not told that something comes: one more is looked for where the page is full.
  const enough = all ? wanted : wanted + 1
  let end: string | undefined
  do {
    const missing = versions.length < wanted ? wanted - versions.length : PEEKED
    const found = await context.ports.store.history(call.tenant, {
      ...(type !== undefined && { type }),
      ...(id !== undefined && { id }),
      ...(since !== undefined && { since }),
      ...(at && { until: at.high - 1 }),
      ...(after !== undefined && { after }),
      count: Math.max(missing, 1),
      deadline: call.deadline,
    })
    const current = at ? await currentIn(context, call, found.versions, at) : found.versions
    for (const version of await revealEach(context, call, current)) if (version) versions.push(version)
    examined += found.versions.length
    total = at ? undefined : found.total
    // Of one resource nothing older was current then; of many there may be others that have not changed for years.
    const isPast = id !== undefined && at !== undefined && (found.versions.at(-1)?.lastUpdated ?? at.low) <= at.low
    after = isPast ? undefined : found.next
    if (versions.length === wanted) end = after
  } while (after !== undefined && versions.length < enough && examined < EXAMINED_MAX)
  if (versions.length > wanted) return { versions: versions.slice(0, wanted), total, next: end }
  return { versions, total, next: after }
}

/** How many versions are looked at for one that comes behind a page. */
const PEEKED = 50

/** Versions that one page of an `_at` looks at: it may be short, or empty, and have a next one all the same. */
const EXAMINED_MAX = 10_000

/** R4 http.html#history: those that were the newest of their resource at some time in the period. */
async function currentIn(
  { ports, limits }: ServiceContext,
  call: Call,
  versions: readonly StoredVersion[],
  { low }: DateValue,
): Promise<readonly StoredVersion[]> {
  const kept = await mapConcurrently(versions, limits.concurrencyMax, async version => {
    if (version.lastUpdated >= low) return version
    const successor = await ports.store.readVersion(call.tenant, version, version.versionId + 1, call.deadline)
    return !successor || successor.lastUpdated > low ? version : undefined
  })
  return kept.filter(version => version !== undefined)
}

/** Where the page doesn't show what a PUT found, a tombstone maybe, the store is asked. */
async function creationsOf(
  { ports, limits }: ServiceContext,
  call: Call,
  versions: readonly VersionAttributes[],
): Promise<ReadonlySet<number>> {
  const creations = new Set<number>()
  const onPage = new Map(versions.map(version => [versionKey(version, version.versionId), version]))
  await mapConcurrently(versions, limits.concurrencyMax, async (version, position) => {
    if (version.deleted) return
    const { versionId } = version
    if (versionId === 1) creations.add(position)
    if (versionId === 1 || version.method !== 'PUT') return
    const previous =
      onPage.get(versionKey(version, versionId - 1)) ??
      (await ports.store.readVersion(call.tenant, version, versionId - 1, call.deadline))
    if (previous?.deleted) creations.add(position)
  })
  return creations
}

const versionKey = ({ type, id }: ResourceKey, versionId: number): string => `${type}/${id}/${versionId}`

function codeOf({ type, id }: HistoryRequest): InteractionCode {
  if (id !== undefined) return 'history-instance'
  return type === undefined ? 'history-system' : 'history-type'
}

function seesAll(call: Call, policy: AccessPolicy, definitions: Definitions, type: string | undefined): boolean {
  const types = type === undefined ? definitions.servedTypes : [type]
  return types.every(name => policy.visible(call, name).kind === 'everything')
}

const afterOf = ({ after: [after] }: { readonly after: Position }): string => String(after)

interface HistoryParameters {
  readonly count: number | undefined
  readonly since: number | undefined
  readonly at: DateValue | undefined
  readonly cursor: string | undefined
  /** Without the cursor. */
  readonly applied: Parameters
}

/** Of the door, and no matter here: R4 http.html#parameters. */
const IGNORED: ReadonlySet<string> = new Set(['_format', '_pretty'])

function parseHistory(parameters: Parameters, pageSizeMax: number): HistoryParameters {
  const issues: Issue[] = []
  const applied: (readonly [string, string])[] = []
  let count: number | undefined
  let since: number | undefined
  let at: DateValue | undefined
  let cursor: string | undefined
  const refuse = (name: string, diagnostics: string) =>
    issues.push({ severity: 'error', code: 'value', diagnostics, expression: [name] })
  for (const [name, value] of parameters) {
    if (IGNORED.has(name)) continue
    if (name === CURSOR_PARAMETER) {
      cursor = value
      continue
    }
    let used = value
    if (name === '_count') {
      count = /^[1-9]\d{0,8}$/.test(value) ? Math.min(Number(value), pageSizeMax) : undefined
      used = String(count)
      if (count === undefined) refuse(name, `_count must be a positive whole number, not '${value}'`)
    } else if (name === '_since') {
      used = value.replace(LOST_PLUS, '+')
      since = instantOf(used)
      if (since === undefined) refuse(name, `_since must be an instant such as 2024-02-29T12:00:00Z, not '${value}'`)
    } else if (name === '_at') {
      used = value.replace(LOST_PLUS, '+')
      at = parseDateRange(used)
      if (!at) refuse(name, `_at must be a date or time such as 2024-02 or 2024-02-29T12:00:00Z, not '${value}'`)
    } else {
      refuse(name, `History has no parameter '${name}' here, but _count, _since and _at`)
    }
    applied.push([name, used])
  }
  if (issues.length > 0) throw new Fault('invalid', issues)
  return { count, since, at, cursor, applied }
}

/** R4 datatypes.html#instant; a date or a year alone counts from its start in UTC, as clients send it. */
const INSTANT = /^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?)?)?$/

/** A '+' that was not escaped in the URL arrives as a space. */
const LOST_PLUS = / (?=\d\d:\d\d$)/

function instantOf(text: string): number | undefined {
  const ms = INSTANT.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}
