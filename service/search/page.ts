/** Page links: where a page begins, sealed together with the search that it belongs to. */
import { hash } from 'node:crypto'
import type { Tenant } from '../call.ts'
import { fault } from '../fault.ts'
import type { Parameters } from '../fhir-service.ts'
import type { Sealer } from '../ports/sealer.ts'
import type { Position } from '../ports/search-index.ts'

export const CURSOR_PARAMETER = '_cursor'
export const EXPLAIN_PARAMETER = '_explain'

/** How long a page link is good. */
export const LINK_LIFE_MS = 24 * 60 * 60 * 1000

/** The cursor of the last page, as a word: it holds nothing that would have to be sealed. */
export const LAST_PAGE = 'last'

/** Where a page lies. */
export interface Place {
  /** The page begins behind it; undefined: at the end that is read from. */
  readonly after: Position | undefined
  /** The order is read against: the page lies before its position. */
  readonly backwards: boolean
}

/**
 * The position and whether it is read backwards from there, a hash of the search and when the link ends (milliseconds
 * since the epoch; undefined: never), sealed. Good for the same tenant and the same parameters only; the page's size
 * and whether a total is given may change.
 */
export const encodeCursor = (
  sealer: Sealer,
  tenant: Tenant,
  { after, backwards }: Place & { readonly after: Position },
  applied: Parameters,
  end?: number,
): string => sealer.seal(tenant, JSON.stringify([after, fingerprint(applied), end, ...(backwards ? [true] : [])]))

/**
 * @throws Fault invalid where the cursor was tampered with, or belongs to another tenant or another search; gone where
 * its link has ended by now.
 */
export function decodeCursor(
  sealer: Sealer,
  tenant: Tenant,
  cursor: string,
  applied: Parameters,
  now?: number,
): Place & { readonly after: Position } {
  const opened = sealer.open(tenant, cursor)
  if (opened === undefined) {
    throw refusal('The page cursor was not made by this server: follow the links of a search result as they are.')
  }
  // What else is sealed for clients, references to uploads, is no list.
  const parts = JSON.parse(opened) as unknown
  const read = (Array.isArray(parts) ? parts : []) as [Position?, string?, number?, boolean?]
  const [after = [], searched, end, backwards = false] = read
  if (searched !== fingerprint(applied)) {
    throw refusal(
      'The page cursor belongs to another search: only _count and _total may differ from the search it was made for.',
    )
  }
  if (typeof end === 'number' && now !== undefined && now > end) {
    throw fault('gone', 'The page link has expired: start again at the first page.', { expression: [CURSOR_PARAMETER] })
  }
  return { after, backwards }
}

/** The parameters of the page that starts there; without a cursor, of the first page. */
export function withCursor(applied: Parameters, cursor: string | undefined): Parameters {
  const kept = applied.filter(([name]) => name !== CURSOR_PARAMETER)
  return cursor === undefined ? kept : [...kept, [CURSOR_PARAMETER, cursor]]
}

/** Parameters that change nothing of which matches there are, nor of their order. */
const LEAVES_ORDER_ALONE: ReadonlySet<string> = new Set([CURSOR_PARAMETER, EXPLAIN_PARAMETER, '_count', '_total'])

function fingerprint(applied: Parameters): string {
  const search = applied.filter(([name]) => !LEAVES_ORDER_ALONE.has(name))
  return hash('sha256', JSON.stringify(search), 'base64url').slice(0, 22)
}

const refusal = (diagnostics: string) =>
  fault('invalid', diagnostics, { code: 'value', expression: [CURSOR_PARAMETER] })
