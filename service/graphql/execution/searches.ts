import { fault } from '../../fault.ts'
import type { Parameters, SearchResult } from '../../fhir-service.ts'
import { invariant } from '../../invariant.ts'
import type { JsonObject } from '../../resource/content.ts'
import { decodePage, encodePage } from './connection-cursor.ts'
import { type Execution, type Outcome, spendResources, type Task } from './execution.ts'
import { type SearchArguments, searchArgumentsOf } from './search-parameters.ts'

/** `PatientList` and `PatientConnection` at the root. R4 graphql.html#searching */
export async function resolveSearch(execution: Execution, task: Task): Promise<Outcome> {
  const { access } = task.field.definition
  invariant(access.kind === 'search', 'a search')
  const { resourceType, form } = access
  const given = searchArgumentsOf(task.field.arguments, execution.context.limits.pageSizeMax)
  if (form === 'list') return { value: await searchList(execution, resourceType, given) }
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
async function searchList(execution: Execution, type: string, given: SearchArguments): Promise<JsonObject[]> {
  if (given.count === 0) return []
  const { pageSizeMax } = execution.context.limits
  const result = await search(execution, type, withCount(given.parameters, given.count ?? pageSizeMax))
  if (given.count === undefined && result.next) throw tooMany(type, pageSizeMax)
  return contentsOf(execution, result)
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

export const search = (execution: Execution, type: string, parameters: Parameters): Promise<SearchResult> =>
  execution.context.operations.search(execution.call, { type, parameters })

export function contentsOf(execution: Execution, { matches }: SearchResult): JsonObject[] {
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
  return connectionPage(execution, task, type, { parameters: withCount(given.parameters, count), offset: 0 })
}

const continueConnection = (execution: Execution, task: Task, type: string, cursor: string): Promise<JsonObject> =>
  connectionPage(execution, task, type, decodePage(type, cursor))

interface Page {
  readonly parameters: Parameters
  /** Matches on the pages before. */
  readonly offset: number
}

async function connectionPage(execution: Execution, task: Task, type: string, page: Page): Promise<JsonObject> {
  const total: Parameters = isSelected(task, type, 'count') ? [['_total', 'accurate']] : []
  const result = await search(execution, type, [...withoutTotal(page.parameters), ...total])
  const { offset } = page
  const cursor = (parameters: Parameters | undefined, position: number) =>
    parameters ? encodePage(type, { parameters: withoutTotal(parameters), offset: position }) : null
  const pagesize = page.parameters.find(([name]) => name === '_count')?.[1]
  return {
    count: result.total ?? null,
    offset,
    pagesize: Number(pagesize),
    first: cursor(result.first, 0),
    previous: null,
    next: cursor(result.next, offset + result.matches.length),
    last: null,
    edges: contentsOf(execution, result).map(resource => ({ mode: 'match', score: null, resource })),
  }
}

/** Each page says for itself whether it wants one. */
const withoutTotal = (parameters: Parameters): Parameters => parameters.filter(([name]) => name !== '_total')

/** An accurate total costs a search of its own: only who asks for it pays. */
const isSelected = ({ field }: Task, type: string, name: string): boolean =>
  field.below?.of(`${type}Connection`).fields.some(({ definition }) => definition.name === name) ?? false
