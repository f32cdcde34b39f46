import { searchParameterCode } from '#schema/names.ts'
import type { SearchParameter } from '../../definitions.ts'
import { fault } from '../../fault.ts'
import type { Parameters, Revealed } from '../../fhir-service.ts'
import { invariant } from '../../invariant.ts'
import { mapConcurrently } from '../../map-concurrently.ts'
import type { JsonObject } from '../../resource/content.ts'
import { textOfScalar } from '../../resource/json.ts'
import { extractReferences } from '../../search/extract.ts'
import { type Execution, type Outcome, spendResources, type Task } from './execution.ts'
import { EMBEDDED } from './plain-copy.ts'
import { searchArgumentsOf } from './search-parameters.ts'
import { checkCriterion, meeting, search, searchConnection, tooMany, withCount } from './searches.ts'

/** One search for the fields of a level that differ in nothing but the resource that is pointed to. */
export interface ReverseGroup {
  readonly source: string
  readonly parameter: SearchParameter
  readonly parameters: Parameters
  /** Matches that each parent gets at the most; undefined: all, or an error. */
  readonly count: number | undefined
  readonly fhirpath: string | undefined
  readonly members: { readonly task: Task; readonly parent: string }[]
}

/** `Patient/1` of the resource that a reverse field is on; undefined in a resource that nothing can refer to. */
export function parentOf({ value, owner, field }: Task): string | undefined {
  const { access } = field.definition
  invariant(access.kind === 'reverse', 'a reverse field')
  const isResource = owner.stored && owner.resource === value && value[EMBEDDED] === undefined
  return isResource && typeof value.id === 'string' ? `${access.target}/${value.id}` : undefined
}

/** R4 graphql.html#reverse. @throws Fault where the arguments say nothing that can be searched for. */
export function reverseSearchOf(execution: Execution, { field }: Task): Omit<ReverseGroup, 'members'> {
  const { access, arguments: values } = { access: field.definition.access, arguments: field.arguments }
  invariant(access.kind === 'reverse', 'a reverse field')
  const given = searchArgumentsOf(values, execution.context.limits.pageSizeMax)
  const parameter = referenceParameter(
    execution,
    access.source,
    access.target,
    textOfScalar(values.get('_reference') ?? ''),
  )
  const { parameters, count, fhirpath } = given
  return { source: access.source, parameter, parameters, count, fhirpath }
}

function referenceParameter(execution: Execution, source: string, target: string, name: string): SearchParameter {
  const known = execution.definitions.searchParameters(source)
  const fits = (parameter: SearchParameter | undefined): parameter is SearchParameter =>
    parameter?.kind === 'reference' && (parameter.targets?.includes(target) ?? true)
  const parameter = known.get(name) ?? known.get(searchParameterCode(name))
  if (fits(parameter)) return parameter
  const codes = [...known.values()].filter(fits).map(({ code }) => code)
  const message = `"${name}" is no reference parameter from ${source} to ${target}; there are: ${codes.join(', ')}`
  throw fault('invalid', message, { code: 'value', expression: ['_reference'] })
}

/** ConditionConnection in a resource: pages can't be shared, so that each is a search of its own. */
export async function resolveReverseConnection(execution: Execution, task: Task, parent: string): Promise<Outcome> {
  const { source, parameter, parameters, count, fhirpath } = reverseSearchOf(execution, task)
  const pointing: Parameters = [[parameter.code, parent], ...parameters]
  const given = { parameters: pointing, count, cursor: undefined, fhirpath }
  return { value: await searchConnection(execution, task, source, given) }
}

/** The matches of each member, or why there are none. */
export async function resolveReverseGroup(execution: Execution, group: ReverseGroup): Promise<Map<Task, Outcome>> {
  const parents = [...new Set(group.members.map(({ parent }) => parent))]
  const found = new Map<string, Outcome>()
  const { parentsMax } = execution.context.graphqlLimits
  for (let start = 0; start < parents.length; start += parentsMax) {
    const chunk = parents.slice(start, start + parentsMax)
    const all = group.count === undefined || group.fhirpath !== undefined
    const outcomes = all ? findAll(execution, group, chunk) : findFirst(execution, group, chunk)
    for (const [parent, outcome] of await outcomes) found.set(parent, outcome)
  }
  return new Map(group.members.map(({ task, parent }) => [task, found.get(parent) ?? { value: [] }]))
}

type Found = Map<string, Outcome>

/** Every match of every parent, page by page; too many for one answer is an error of that parent alone. */
async function findAll(execution: Execution, group: ReverseGroup, parents: readonly string[]): Promise<Found> {
  const { limits, graphqlLimits } = execution.context
  await checkCriterion(execution, group.fhirpath)
  const matches = new Map<string, JsonObject[]>(parents.map(parent => [parent, []]))
  let parameters: Parameters | undefined = withCount(pointingTo(group, parents), limits.pageSizeMax)
  for (let page = 0; parameters; page += 1) {
    if (page === graphqlLimits.reversePagesMax) {
      const most = limits.pageSizeMax * graphqlLimits.reversePagesMax
      throw fault('too-costly', `More than ${most} ${group.source} resources refer to these: give a "_count"`)
    }
    const result = await search(execution, group.source, parameters)
    distribute(execution, group, result.matches, matches)
    parameters = result.next
  }
  const outcomeOf = (list: JsonObject[]): Outcome => {
    if (list.length > limits.pageSizeMax) return { thrown: tooMany(group.source, limits.pageSizeMax) }
    return { value: meeting(execution, group.fhirpath, list).slice(0, group.count) }
  }
  return new Map([...matches].map(([parent, list]) => [parent, outcomeOf(list)]))
}

/**
 * The first matches of each parent. One search for all of them is enough where it comes to its end; the parents that it
 * leaves short are asked for one by one.
 */
async function findFirst(execution: Execution, group: ReverseGroup, parents: readonly string[]): Promise<Found> {
  const { limits, graphqlLimits } = execution.context
  const { count = 0 } = group
  const matches = new Map<string, JsonObject[]>(parents.map(parent => [parent, []]))
  if (count > 0) {
    const size = Math.min(limits.pageSizeMax, parents.length * count * SPARE)
    const result = await search(execution, group.source, withCount(pointingTo(group, parents), size))
    distribute(execution, group, result.matches, matches)
    const short = result.next ? parents.filter(parent => (matches.get(parent)?.length ?? 0) < count) : []
    await mapConcurrently(short, graphqlLimits.concurrencyMax, async parent => {
      const own = await search(execution, group.source, withCount(pointingTo(group, [parent]), count))
      spendResources(execution, own.matches.length)
      matches.set(
        parent,
        own.matches.map(match => match.content()),
      )
    })
  }
  return new Map([...matches].map(([parent, list]) => [parent, { value: list.slice(0, count) }]))
}

/** Parents have different numbers of matches: twice the sum leaves few of them short. */
const SPARE = 2

const pointingTo = ({ parameter, parameters }: ReverseGroup, parents: readonly string[]): Parameters => [
  [parameter.code, parents.join(',')],
  ...parameters,
]

/** Gives each match to the parents that it refers to. */
function distribute(
  execution: Execution,
  { parameter }: ReverseGroup,
  versions: readonly Revealed[],
  matches: ReadonlyMap<string, JsonObject[]>,
): void {
  const { definitions, call } = execution
  spendResources(execution, versions.length)
  for (const version of versions) {
    const content = version.content()
    const parents = new Set(
      extractReferences(definitions, content, parameter, call.baseUrl).map(({ type, id }) => `${type}/${id}`),
    )
    for (const parent of parents) matches.get(parent)?.push(content)
  }
}
