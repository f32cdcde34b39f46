/** What a search is of: one type, several, or a compartment, each with its query. R4 http.html#search */
import { assertPermitted } from '../access/permit.ts'
import { scope, scopeContained } from '../access/scope.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Definitions } from '../definitions.ts'
import { Fault, fault, type Issue } from '../fault.ts'
import type { Parameters, SearchRequest } from '../fhir-service.ts'
import type { Interaction } from '../interaction-request.ts'
import type { Node, Query, ScopedQuery, SortKey } from '../search/ast.ts'
import { sortInContained } from '../search/contained.ts'
import { nearHint } from '../search/near-names.ts'
import { type ParsedSearch, parseSearch, type SearchContext } from '../search/parse.ts'
import { isLogicalId } from '../search/reference-value.ts'
import { simplify } from '../search/simplify.ts'
import type { TerminologyAnswers } from '../terminology/answers.ts'
import { assertKnownType } from './known-type.ts'

export interface SearchPlan {
  /** One for each type, in the order of their results. */
  readonly parts: readonly SearchPart[]
  /** What the parameters say of the answer; of several types, the first speaks for all. */
  readonly parsed: Omit<ParsedSearch, 'query' | 'sort'>
  /** What a cursor belongs to: what is searched, which is no parameter, and the parameters. */
  readonly sealed: Parameters
}

export interface SearchPart {
  readonly query: ScopedQuery
  readonly sort: readonly SortKey[]
}

const TYPE_PARAMETER = '_type'

/**
 * Parsed, permitted, scoped, and without what can be decided before anything is searched.
 * @throws Fault invalid with every problem found; not-found for types and compartments that there are not; forbidden.
 */
export function planSearch(
  context: ServiceContext,
  call: Call,
  request: SearchRequest,
  terminology: TerminologyAnswers,
): SearchPlan {
  const { types, given, parameters } = targetOf(context, call, request)
  const searched = parseEach(context, call, types, { ...request, parameters }, terminology)
  const where = compartmentNode(request)
  const [first] = searched
  const cap = context.limits.pageSizeMax
  const applied = first ? capped([...given, ...first.applied], cap) : given
  return {
    parts: searched.flatMap(parsed => partsOf(context, call, parsed, where)),
    parsed: first
      ? { ...first, count: first.count === undefined ? undefined : Math.min(first.count, cap), applied }
      : { ...NOTHING_TO_SEARCH, applied },
    sealed: [['', addressOf(request)], ...applied],
  }
}

/** What an address asks for. */
export function searchRequestOf(interaction: SearchInteraction): SearchRequest {
  const { parameters } = interaction
  switch (interaction.kind) {
    case 'search':
      return { type: interaction.type, parameters }
    case 'search-system':
      return { parameters }
    case 'search-compartment': {
      const { compartment, type } = interaction
      return { compartment, parameters, ...(type !== '*' && { type }) }
    }
  }
}

type SearchInteraction = Extract<Interaction, { readonly kind: 'search' | 'search-system' | 'search-compartment' }>

/** Where the caller may search none of the types. */
const NOTHING_TO_SEARCH: Omit<ParsedSearch, 'query' | 'sort'> = {
  count: undefined,
  total: 'none',
  includes: [],
  view: {},
  cursor: undefined,
  applied: [],
  issues: [],
  countOnly: false,
  explain: false,
  contained: 'false',
  containedType: 'container',
  relevance: undefined,
}

/** `Patient`, `Patient/1/Observation`, `Patient/1/*`; '' for the system. */
const addressOf = ({ type, compartment }: SearchRequest): string =>
  compartment ? `${compartment.type}/${compartment.id}/${type ?? '*'}` : (type ?? '')

const capped = (applied: Parameters, countMax: number): Parameters =>
  applied.some(isAbove(countMax))
    ? applied.map(parameter => (isAbove(countMax)(parameter) ? ['_count', String(countMax)] : parameter))
    : applied

const isAbove =
  (countMax: number) =>
  ([name, value]: Parameters[number]): boolean =>
    name === '_count' && Number(value) > countMax

/** Of one type: its resources, those that others contain, or the one behind the other. */
function partsOf(
  context: ServiceContext,
  call: Call,
  { query, sort, contained }: ParsedSearch,
  compartment: Node | undefined,
): SearchPart[] {
  const keys = sort.map(key => scopedKey(context, call, key))
  const outside = { query: within(context, call, query, compartment), sort: keys }
  if (contained === 'false') return [outside]
  const { resourceTypes } = context.definitions.for(call.tenant)
  const scoped = scopeContained(call, context.policy, resourceTypes, placed(query, compartment))
  const inside = { query: simplify(scoped), sort: keys.map(sortInContained) }
  return contained === 'true' ? [inside] : [outside, inside]
}

const placed = (query: Query, compartment: Node | undefined): Query =>
  compartment ? { ...query, where: { kind: 'and', nodes: [compartment, query.where] } } : query

const within = (context: ServiceContext, call: Call, query: Query, compartment: Node | undefined): ScopedQuery =>
  simplify(scope(call, context.policy, placed(query, compartment)))

/** What is hidden from the caller is no value to sort by. */
const scopedKey = (context: ServiceContext, call: Call, key: SortKey): SortKey =>
  key.through
    ? { ...key, through: { ...key.through, query: within(context, call, key.through.query, undefined) } }
    : key

interface Target {
  readonly types: readonly string[]
  /** `_type` as it was given. */
  readonly given: Parameters
  readonly parameters: Parameters
}

function targetOf(context: ServiceContext, call: Call, request: SearchRequest): Target {
  const { type, compartment, parameters } = request
  const { policy } = context
  const definitions = context.definitions.for(call.tenant)
  const members = compartment && membersOf(definitions, compartment)
  if (type !== undefined) {
    assertKnownType(definitions, type)
    if (compartment && members?.[type] === undefined && type !== compartment.type)
      throw fault('not-found', `No ${type} is ever in the compartment of a ${compartment.type}`)
    assertPermitted(policy, call, 'search-type', type)
    return { types: [type], given: [], parameters }
  }
  assertPermitted(policy, call, 'search-system', undefined)
  const all = definitions.resourceTypes.filter(
    name => definitions.isServed(name) && (!members || members[name] !== undefined || name === compartment?.type),
  )
  const namesTypes = ([name, value]: Parameters[number]) => name === TYPE_PARAMETER && value !== ''
  const given = parameters.filter(namesTypes)
  const others = parameters.filter(parameter => !namesTypes(parameter))
  const [named] = given
  if (!named) return { types: all.filter(one => policy.permits(call, 'search-type', one)), given, parameters: others }
  const types = namedTypes(definitions, all, given)
  for (const one of types) assertPermitted(policy, call, 'search-type', one)
  return { types, given, parameters: others }
}

/** R4 search.html#all: `_type=Patient,Observation`. */
function namedTypes(definitions: Definitions, all: readonly string[], given: Parameters): readonly string[] {
  const [[, value] = ['', '']] = given
  if (given.length > 1) throw badType("Parameter '_type' is given more than once")
  const types = [...new Set(value.split(','))]
  const unknown = types.find(type => !all.includes(type))
  if (unknown === undefined) return types
  const known = definitions.isResourceType(unknown)
  throw badType(
    known
      ? `Parameter '_type': ${unknown} can't be searched here`
      : `Parameter '_type': '${unknown.slice(0, 64)}' is no resource type${nearHint(unknown, all)}`,
  )
}

const badType = (diagnostics: string): Fault =>
  fault('invalid', diagnostics, { code: 'value', expression: [TYPE_PARAMETER] })

function membersOf(definitions: Definitions, { type, id }: { readonly type: string; readonly id: string }) {
  assertKnownType(definitions, type)
  const members = definitions.compartment(type)
  if (members && isLogicalId(id)) return members
  const known = definitions.compartmentTypes.join(', ')
  throw fault('not-found', `There are compartments of ${known}, not of ${type}`, { code: 'not-supported' })
}

const compartmentNode = ({ compartment }: SearchRequest): Node | undefined =>
  compartment && { kind: 'compartment', compartment: `${compartment.type}/${compartment.id}` }

/** Of several types, all must understand what is asked; leniently, what one of them doesn't is ignored for all. */
function parseEach(
  context: ServiceContext,
  call: Call,
  types: readonly string[],
  { parameters, handling }: SearchRequest,
  terminology: TerminologyAnswers,
): readonly ParsedSearch[] {
  const search: SearchContext = {
    definitions: context.definitions.for(call.tenant),
    baseUrl: call.baseUrl,
    now: context.ports.clock.now(),
    terminology,
    ...(types.length > 1 && { types }),
  }
  const parse = (its: Parameters) => types.map(type => parseSearch(search, type, its, handling))
  if (types.length === 1) return parse(parameters)
  const parsed = parseTogether(() => parse(parameters))
  const shared = parameters.filter(([name]) => parsed.every(one => one.applied.some(([its]) => its === name)))
  if (shared.length === parameters.length) return parsed
  const issues = distinctIssues(parsed.flatMap(one => one.issues))
  return parse(shared).map(one => ({ ...one, issues }))
}

function parseTogether(parse: () => readonly ParsedSearch[]): readonly ParsedSearch[] {
  try {
    return parse()
  } catch (error) {
    if (!Fault.is(error)) throw error
    throw new Fault(
      error.category,
      error.issues.map(issue =>
        issue.code === 'not-supported'
          ? { ...issue, diagnostics: `${issue.diagnostics}; a search of several types takes what all of them have` }
          : issue,
      ),
      { cause: error },
    )
  }
}

/** What several types don't support is told of the first of them: of the system's search there are 146. */
function distinctIssues(issues: readonly Issue[]): readonly Issue[] {
  const told = new Map<string, Issue>()
  for (const issue of issues) {
    const { code, diagnostics, expression } = issue
    const key = code === 'not-supported' ? `${code} ${expression}` : diagnostics
    if (!told.has(key)) told.set(key, issue)
  }
  return [...told.values()]
}
