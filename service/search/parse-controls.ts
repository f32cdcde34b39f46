/** Parameters that say what to answer with, not what to find. R4 search.html#return */
import type { Definitions } from '../definitions.ts'
import type { View } from '../fhir-service.ts'
import type { SortKey } from './ast.ts'
import { nearHint } from './near-names.ts'
import { CURSOR_PARAMETER, EXPLAIN_PARAMETER } from './page.ts'
import type { IncludeDirective, ParsedSearch } from './parse.ts'
import { parseInclude } from './parse-include.ts'
import { parseSortKey, SORT_KEYS_MAX } from './parse-sort.ts'
import { ignorable, malformed, notTaken, type Problem, quoted } from './problems.ts'
import { SCORE_CODE } from './score.ts'

/** Sorted by relevance, which is known when all parameters are: R4 search.html#sort, `_score`. */
export interface ScoreKey {
  readonly byScore: true
  /** Of the parameter that says so. */
  readonly name: string
  readonly descending: boolean
}

const isScore = (key: string): boolean => key === SCORE_CODE || key === `-${SCORE_CODE}`

/** What the parameters so far have said. */
export interface ControlState {
  readonly definitions: Definitions
  readonly type: string
  /** All that are searched together: elements and includes of any of them are good. */
  readonly types: readonly string[]
  readonly sort: (SortKey | ScoreKey)[]
  readonly includes: IncludeDirective[]
  readonly elements: string[]
  /** Names of those that may be given once only. */
  readonly given: Set<string>
  count: number | undefined
  total: ParsedSearch['total'] | undefined
  summary: View['summary']
  cursor: string | undefined
  explain: boolean
  contained: ParsedSearch['contained']
  containedType: ParsedSearch['containedType']
}

export const newControlState = (
  definitions: Definitions,
  type: string,
  types: readonly string[] = [type],
): ControlState => ({
  definitions,
  type,
  types,
  sort: [],
  includes: [],
  elements: [],
  given: new Set(),
  count: undefined,
  total: undefined,
  summary: undefined,
  cursor: undefined,
  explain: false,
  contained: 'false',
  containedType: 'container',
})

/** Answers the value as it was applied; undefined where problems were added and nothing is left of it. */
type Control = (state: ControlState, name: string, value: string, problems: Problem[]) => string | undefined

/** undefined: the name is that of a search parameter, if it is known at all. */
export function controlOf(name: string): Control | undefined {
  if (!name.startsWith('_')) return undefined
  const colon = name.indexOf(':')
  return CONTROLS.get(colon < 0 ? name : name.slice(0, colon))
}

const TOTALS = ['none', 'estimate', 'accurate'] as const
const SUMMARIES = ['true', 'text', 'data', 'count', 'false'] as const
const CONTAINED = ['false', 'true', 'both'] as const
const CONTAINED_TYPES = ['container', 'contained'] as const
const COUNT = /^\d+$/

const CONTROLS: ReadonlyMap<string, Control> = new Map<string, Control>([
  ['_sort', plain(sort)],
  ['_elements', plain(elements)],
  ['_include', include],
  ['_revinclude', include],
  [
    '_count',
    once('a number, 0 or more', (state, value) => {
      if (!COUNT.test(value)) return false
      state.count = Number(value)
      return true
    }),
  ],
  [
    '_total',
    once(`one of ${TOTALS.join(', ')}`, (state, value) => {
      state.total = TOTALS.find(one => one === value)
      return state.total !== undefined
    }),
  ],
  [
    '_summary',
    once(`one of ${SUMMARIES.join(', ')}`, (state, value) => {
      state.summary = SUMMARIES.find(one => one === value)
      return state.summary !== undefined
    }),
  ],
  [
    '_contained',
    once(`one of ${CONTAINED.join(', ')}`, (state, value) => {
      const known = CONTAINED.find(one => one === value)
      state.contained = known ?? 'false'
      return known !== undefined
    }),
  ],
  [
    '_containedType',
    once(`one of ${CONTAINED_TYPES.join(', ')}`, (state, value) => {
      const known = CONTAINED_TYPES.find(one => one === value)
      state.containedType = known ?? 'container'
      return known !== undefined
    }),
  ],
  [
    EXPLAIN_PARAMETER,
    once('true or false', (state, value) => {
      state.explain = value === 'true'
      return value === 'true' || value === 'false'
    }),
  ],
  [
    CURSOR_PARAMETER,
    once('what a page link holds', (state, value) => {
      state.cursor = value
      return value !== ''
    }),
  ],
])

/** Refuses modifiers. */
function plain(control: Control): Control {
  return (state, name, value, problems) => {
    if (!name.includes(':')) return control(state, name, value, problems)
    const keyword = name.slice(0, name.indexOf(':'))
    problems.push(malformed(name, `Parameter '${name}': ${keyword} takes no modifier`, 'not-supported'))
    return undefined
  }
}

/** Refuses modifiers, repetition and what `apply` doesn't take. */
function once(expected: string, apply: (state: ControlState, value: string) => boolean): Control {
  return plain((state, name, value, problems) => {
    if (state.given.has(name)) {
      problems.push(malformed(name, `Parameter '${name}' is given more than once`))
      return undefined
    }
    state.given.add(name)
    if (apply(state, value)) return value
    problems.push(notTaken(name, value, expected))
    return undefined
  })
}

function sort(state: ControlState, name: string, value: string, problems: Problem[]): string | undefined {
  const { definitions, type } = state
  const keys = listOf(name, value, SORT_KEYS_MAX - state.sort.length, problems)
  const applied = keys.filter(key => {
    const parsed = isScore(key)
      ? { byScore: true as const, name, descending: key.startsWith('-') }
      : parseSortKey(definitions, type, { name, value, key }, problems)
    if (parsed) state.sort.push(parsed)
    return parsed !== undefined
  })
  return applied.length === 0 ? undefined : applied.join(',')
}

/** No type has as many at its root. */
const ELEMENTS_MAX = 256

/** The pieces between commas; none where they are too many, which is a problem then. */
function listOf(name: string, value: string, countMax: number, problems: Problem[]): readonly string[] {
  const pieces = value.split(',')
  if (pieces.length <= countMax) return pieces
  problems.push(malformed(name, `Parameter '${name}': it lists too many`, 'too-costly'))
  return []
}

/** R4 search.html#elements: names of elements at the root of the type. */
function elements(state: ControlState, name: string, value: string, problems: Problem[]): string | undefined {
  const components = state.types.flatMap(type => state.definitions.component(type) ?? [])
  const applied = listOf(name, value, ELEMENTS_MAX, problems).filter(element => {
    const known = components.some(
      component => component.properties.has(element) || component.elements.some(one => one.name === element),
    )
    if (known) {
      if (!state.elements.includes(element)) state.elements.push(element)
      return true
    }
    const near = nearHint(
      element,
      components.flatMap(component => component.elements.map(one => one.name)),
    )
    problems.push(
      ignorable(
        name,
        `Parameter '${name}': ${state.types.join(', ')} has no element ${quoted(element)}${near}`,
        'value',
      ),
    )
    return false
  })
  return applied.length === 0 ? undefined : applied.join(',')
}

function include(state: ControlState, name: string, value: string, problems: Problem[]): string | undefined {
  const parsed = parseInclude(state.definitions, state.types, name, value)
  if ('issue' in parsed) {
    problems.push(parsed)
    return undefined
  }
  state.includes.push(parsed)
  return value
}
