import type { Definitions, SearchParameter } from '../definitions.ts'
import type { Issue } from '../fault.ts'
import type { Parameters, View } from '../fhir-service.ts'
import { invariant } from '../invariant.ts'
import type { Query, SortKey } from './ast.ts'

export interface SearchContext {
  readonly definitions: Definitions
  /** Base of the FHIR endpoint without a slash at its end: absolute references below it are local. */
  readonly baseUrl: string
  /** Milliseconds since the epoch; `ap` on dates is relative to it. */
  readonly now: number
}

export type Handling = 'strict' | 'lenient'

export interface ParsedSearch {
  readonly query: Query
  readonly sort: readonly SortKey[]
  /** As asked for, 0 and more, not capped. */
  readonly count: number | undefined
  readonly total: 'none' | 'estimate' | 'accurate'
  readonly includes: readonly IncludeDirective[]
  readonly view: View
  readonly cursor: string | undefined
  /** The parameters that have an effect, in the order given. */
  readonly applied: Parameters
  /** Warnings about what was ignored. */
  readonly issues: readonly Issue[]
  /** `_summary=count` or `_count=0`: no entries, an accurate total. */
  readonly countOnly: boolean
}

export interface IncludeDirective {
  readonly direction: 'include' | 'revinclude'
  /** Resource type that holds the reference; '*' (`_include:iterate=*`) for any. */
  readonly sourceType: string
  readonly parameter: SearchParameter | '*'
  readonly targetType?: string
  readonly iterate: boolean
}

/** @throws Fault invalid with every problem found, each naming its parameter. */
export function parseSearch(
  _context: SearchContext,
  _type: string,
  _parameters: Parameters,
  _handling: Handling,
): ParsedSearch {
  invariant(false, 'parseSearch is not there yet')
}
