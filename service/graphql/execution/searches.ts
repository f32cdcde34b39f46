import { fault, type Issue } from '../../fault.ts'
import type { Parameters, SearchResult } from '../../fhir-service.ts'
import { invariant } from '../../invariant.ts'
import type { JsonObject } from '../../resource/content.ts'
import { type ConnectionPage, decodePage, encodePage } from './connection-cursor.ts'
import { type Execution, expressionsOf, type Outcome, spendResources, type Task } from './execution.ts'
import { type SearchArguments, searchArgumentsOf } from './search-parameters.ts'

/** `PatientList` and `PatientConnection` at the root. R4 graphql.html#searching */
export async function resolveSearch(execution: Execution, task: Task): Promise<Outcome> {
  const { access } = task.field.definition
  invariant(access.kind === 'search', 'a search')
  const { resourceType, form } = access
  const given = searchArgumentsOf(task.field.arguments, execution.context.limits.pageSizeMax)
  if (form === 'list') return { value: [...(await searchList(execution, resourceType, given))] }
  if (given.cursor === undefined) return { value: await searchConnection(execution, task, resourceType, given) }
  if (task.field.arguments.size > 1) {
    throw fault('invalid', 'With "_cursor" no other argument may be given: the cursor stands for the whole search', {
      code: 'value',
      expression: ['_cursor'],
    })
  }
  return { value: await continueConnection(execution, task, resourceType, given.cursor) }
}

/** Every match, or with a count that many. @throws Fault too-costly where there are more than one answer holds. */
async function searchList(execution: Execution, type: string, given: SearchArguments): Promise<readonly JsonObject[]> {
  if (given.count === 0) return []
  if (given.fhirpath !== undefined) return searchFiltered(execution, type, given, given.fhirpath)
  const { pageSizeMax } = execution.context.limits
  const result = await search(execution, type, withCount(given.parameters, given.count ?? pageSizeMax))
  if (given.count === undefined && result.next) throw tooMany(type, pageSizeMax)
  return contentsOf(execution, result)
}

/** The criterion is evaluated on all that matches, page by page, until there are as many as were asked for. */
async function searchFiltered(
  execution: Execution,
  type: string,
  given: SearchArguments,
  fhirpath: string,
): Promise<readonly JsonObject[]> {
  const { limits, graphqlLimits } = execution.context
  await checkCriterion(execution, fhirpath)
  const found: JsonObject[] = []
  let parameters: Parameters | undefined = withCount(given.parameters, limits.pageSizeMax)
  for (let page = 0; parameters && found.length < (given.count ?? Number.POSITIVE_INFINITY); page += 1) {
    if (page === graphqlLimits.reversePagesMax) throw tooMany(type, limits.pageSizeMax * page)
    const result = await search(execution, type, parameters)
    found.push(...meeting(execution, fhirpath, contentsOf(execution, result)))
    if (given.count === undefined && found.length > limits.pageSizeMax) throw tooMany(type, limits.pageSizeMax)
    parameters = result.next
  }
  return found.slice(0, given.count)
}

/** Before anything is read. @throws Fault invalid where it is no FHIRPath. */
export async function checkCriterion(execution: Execution, fhirpath: string | undefined): Promise<void> {
  if (fhirpath !== undefined) (await expressionsOf(execution)).check(fhirpath)
}

/** The resources for which the expression holds, which was checked. R4 graphql.html#searching */
export function meeting(
  { expressions }: Execution,
  fhirpath: string | undefined,
  resources: readonly JsonObject[],
): readonly JsonObject[] {
  if (fhirpath === undefined || resources.length === 0) return resources
  invariant(expressions, 'an expression that was checked has the engine')
  const met = new Set(expressions.indexesOf('', fhirpath, resources))
  return resources.filter((_resource, index) => met.has(index))
}

/** R4 graphql.html#searching: an error rather than a list that was cut silently. */
export const tooMany = (type: string, countMax: number) =>
  fault(
    'too-costly',
    `More than ${countMax} ${type} resources match: narrow the search, or page with ${type}Connection`,
  )

export const withCount = (parameters: Parameters, count: number): Parameters => [
  ...parameters,
  ['_count', String(count)],
]

export async function search(execution: Execution, type: string, parameters: Parameters): Promise<SearchResult> {
  const result = await execution.context.operations.search(execution.call, { type, parameters, handling: 'strict' })
  for (const issue of result.issues) {
    // AppSync has no place for warnings, and a list must not lack silently what it will have in a while.
    if (execution.keys === 'field' && issue.code === 'transient') throw incomplete(issue)
    execution.warnings.set(issue.diagnostics, issue)
  }
  return result
}

const RETRY_SECONDS = 5

const incomplete = ({ diagnostics, expression }: Issue) =>
  fault('unavailable', diagnostics, {
    code: 'transient',
    retryAfterSeconds: RETRY_SECONDS,
    ...(expression && { expression }),
  })

function contentsOf(execution: Execution, { matches }: SearchResult): JsonObject[] {
  spendResources(execution, matches.length)
  return matches.map(match => match.content())
}

/** One page of matches with the cursors of others. */
export function searchConnection(
  execution: Execution,
  task: Task,
  type: string,
  given: SearchArguments,
): Promise<JsonObject> {
  const count = given.count ?? execution.context.limits.pageSizeDefault
  const { fhirpath } = given
  const parameters = withCount(given.parameters, count)
  return connectionPage(execution, task, type, { parameters, offset: 0, ...(fhirpath !== undefined && { fhirpath }) })
}

const continueConnection = (execution: Execution, task: Task, type: string, cursor: string): Promise<JsonObject> =>
  connectionPage(execution, task, type, decodePage(type, cursor))

async function connectionPage(
  execution: Execution,
  task: Task,
  type: string,
  page: ConnectionPage,
): Promise<JsonObject> {
  const { fhirpath } = page
  await checkCriterion(execution, fhirpath)
  // How many meet an expression is known only when all have been read: no count rather than a wrong one.
  const counts = fhirpath === undefined && isSelected(task, type, 'count')
  const total: Parameters = counts ? [['_total', 'accurate']] : []
  const result = await search(execution, type, [...withoutTotal(page.parameters), ...total])
  const resources = contentsOf(execution, result)
  const met = new Set(meeting(execution, fhirpath, resources))
  const scored = resources.map((resource, index) => {
    const score = result.matches[index]?.score ?? null
    return { mode: 'match', score, resource }
  })
  const count = counts ? (result.total ?? null) : null
  const offset = offsetOf(page, result, count)
  return {
    count,
    offset,
    pagesize: Number(page.parameters.find(([name]) => name === '_count')?.[1]),
    ...cursorsOf(type, { ...page, offset }, result),
    edges: scored.filter(({ resource }) => met.has(resource)),
  }
}

/** How many matches lie before the page. A page that others have come before meanwhile is counted as it was. */
function offsetOf({ offset, ends }: ConnectionPage, { previous, matches }: SearchResult, count: number | null) {
  if (!ends) return offset
  if (!previous) return 0
  const end = offset ?? count
  return end === null ? null : Math.max(end - matches.length, 0)
}

/** Links of the search as cursors. What is one page begins and ends there. */
function cursorsOf(type: string, page: ConnectionPage, { previous, next, last, matches }: SearchResult): JsonObject {
  const at = (its: Parameters | undefined, offset: number | null, ends?: true): string => {
    const { ends: _own, ...search } = page
    return encodePage(type, {
      ...search,
      parameters: withCursor(page.parameters, its && cursorOf(its)),
      offset,
      ...(ends && { ends }),
    })
  }
  const end = page.offset === null ? null : page.offset + matches.length
  const first = at(undefined, 0)
  return {
    first,
    previous: previous ? at(previous, page.offset, true) : null,
    next: next ? at(next, end) : null,
    last: last ? at(last, null, true) : first,
  }
}

const cursorOf = (parameters: Parameters): string | undefined => parameters.find(([name]) => name === '_cursor')?.[1]

const withCursor = (parameters: Parameters, cursor: string | undefined): Parameters => [
  ...withoutTotal(parameters).filter(([name]) => name !== '_cursor'),
  ...(cursor === undefined ? [] : [['_cursor', cursor] as const]),
]

/** Each page says for itself whether it wants one. */
const withoutTotal = (parameters: Parameters): Parameters => parameters.filter(([name]) => name !== '_total')

/** An accurate total costs a search of its own: only who asks for it pays. */
const isSelected = ({ field }: Task, type: string, name: string): boolean =>
  field.below?.of(`${type}Connection`).fields.some(({ definition }) => definition.name === name) ?? false
