/** From the parameters of a search to what it means. R4 search.html */
import type { Definitions, SearchParameter } from '../definitions.ts'
import { Fault, fault, type Issue } from '../fault.ts'
import type { Parameters, View } from '../fhir-service.ts'
import type { TerminologyAnswers } from '../terminology/answers.ts'
import type { Node, Query, SortKey } from './ast.ts'
import { CURSOR_PARAMETER } from './page.ts'
import { type ControlState, controlOf, newControlState } from './parse-controls.ts'
import { type CriterionContext, newValueBudget, parseCriterion } from './parse-criterion.ts'
import { specialOf } from './parse-special.ts'
import { malformed, type Problem, warningOf, withoutValue } from './problems.ts'
import { type Relevance, relevanceOf, scoreKey } from './score.ts'

export interface SearchContext {
  readonly definitions: Definitions
  /** Base of the FHIR endpoint without a slash at its end: absolute references below it are local. */
  readonly baseUrl: string
  /** Milliseconds since the epoch; `ap` on dates is relative to it. */
  readonly now: number
  /** What is known of value sets and hierarchies; what is wanted is noted there. undefined: they are refused. */
  readonly terminology?: TerminologyAnswers
  /** The types that are searched together, where they are several. */
  readonly types?: readonly string[]
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
  /** `_explain=true`: how the search is run is told beside its results. */
  readonly explain: boolean
  /** Whether contained resources are searched: not, alone, or as well. R4 search.html#contained */
  readonly contained: 'false' | 'true' | 'both'
  /** What is answered of them. */
  readonly containedType: 'container' | 'contained'
  /** By what matches are scored; undefined: they are not. */
  readonly relevance: Relevance | undefined
}

export interface IncludeDirective {
  readonly direction: 'include' | 'revinclude'
  /** Resource type that holds the reference; '*' (`_include:iterate=*`) for any. */
  readonly sourceType: string
  readonly parameter: SearchParameter | '*'
  readonly targetType?: string
  readonly iterate: boolean
}

/** Such a parameter is left out, with a warning. R4 search.html#errors. A cursor is part of a link: it was cut off. */
const isEmpty = (name: string, value: string): boolean => value === '' && name !== '' && name !== CURSOR_PARAMETER

/** The doors take these away; where they didn't, they don't concern the search. */
const FORMAT_PARAMETERS: ReadonlySet<string> = new Set(['_format', '_pretty'])

/** Engines have limits of how many conditions they join, and a page of problems helps nobody. */
const PARAMETERS_MAX = 256

const tooMany = (count: number): Fault =>
  fault('too-costly', `A search has ${PARAMETERS_MAX} parameters at the most, and this one has ${count}`)

/**
 * `type` is a resource type. Parameters without a value are ignored and reported, but under strict handling; lenient
 * handling does so with those that are unknown or not supported. Values that are malformed are refused anyway.
 * @throws Fault invalid with every problem found, each naming its parameter; too-costly for too many parameters.
 */
export function parseSearch(
  context: SearchContext,
  type: string,
  parameters: Parameters,
  handling: Handling | undefined,
): ParsedSearch {
  if (parameters.length > PARAMETERS_MAX) throw tooMany(parameters.length)
  const { definitions, now } = context
  const references = { basePrefix: `${context.baseUrl}/`, isResourceType: definitions.isResourceType }
  const criteria: CriterionContext = {
    definitions,
    references,
    now,
    valueBudget: newValueBudget(),
    terminology: context.terminology,
  }
  const state = newControlState(definitions, type, context.types)
  const nodes: Node[] = []
  const applied: [string, string][] = []
  const problems: Problem[] = []
  for (const [name, value] of parameters) {
    if (FORMAT_PARAMETERS.has(name)) continue
    if (isEmpty(name, value)) {
      problems.push(withoutValue(name))
      continue
    }
    const control = controlOf(name)
    if (control) {
      const used = control(state, name, value, problems)
      if (used !== undefined) applied.push([name, used])
    } else {
      const node = (specialOf(name) ?? parseCriterion)(criteria, type, name, value, problems)
      if (!node) continue
      if (node.kind !== 'everything') nodes.push(node)
      applied.push([name, value])
    }
  }
  if (state.summary === 'text' && state.includes.length > 0) problems.push(includesOfText(state.includes))
  const relevance = relevanceOf(nodes)
  const sort = sortBy(state, relevance, problems)
  const issues = report(problems, handling)
  const countOnly = state.summary === 'count' || state.count === 0
  return {
    query: { type, where: conjunction(nodes) },
    sort,
    count: state.count,
    total: countOnly ? 'accurate' : (state.total ?? 'none'),
    includes: state.includes,
    view: {
      ...(state.summary !== undefined && { summary: state.summary }),
      ...(state.elements.length > 0 && { elements: state.elements }),
    },
    cursor: state.cursor,
    applied,
    issues,
    countOnly,
    explain: state.explain,
    contained: state.contained,
    containedType: state.containedType,
    relevance,
  }
}

/** R4 search.html#summary */
function includesOfText([first]: readonly IncludeDirective[]): Problem {
  const name = `_${first?.direction ?? 'include'}`
  return malformed('_summary', `Parameter '_summary': 'text' can't be mixed with ${name}`)
}

function sortBy(state: ControlState, relevance: Relevance | undefined, problems: Problem[]): SortKey[] {
  return state.sort.flatMap(key => {
    if (!('byScore' in key)) return [key]
    if (relevance) return [scoreKey(state.type, relevance, key.descending)]
    const { name } = key
    problems.push(malformed(name, `Parameter '${name}': only what _text or _content finds has a _score to sort by`))
    return []
  })
}

const EVERYTHING: Node = { kind: 'everything' }

const conjunction = (nodes: readonly Node[]): Node =>
  nodes.length > 1 ? { kind: 'and', nodes } : (nodes[0] ?? EVERYTHING)

function report(problems: readonly Problem[], handling: Handling | undefined): Issue[] {
  const refused = problems.filter(({ ignorable }) => !isIgnored(ignorable, handling))
  if (refused.length > 0) {
    throw new Fault(
      'invalid',
      refused.map(({ issue }) => issue),
    )
  }
  return problems.map(warningOf)
}

const isIgnored = (ignorable: Problem['ignorable'], handling: Handling | undefined): boolean =>
  handling === 'lenient' ? ignorable !== 'never' : handling === undefined && ignorable === 'usually'
