/** `_sort=status,-date`. R4 search.html#sort */
import type { Definitions, SearchParameter } from '../definitions.ts'
import type { SortHop, SortKey } from './ast.ts'
import { unknownParameter } from './parse-criterion.ts'
import { ignorable, malformed, notTaken, type Problem } from './problems.ts'

/** A resource has fewer to be told apart by, and engines join one more table for each. */
export const SORT_KEYS_MAX = 32

/** As other languages say it: `birthdate:desc`, `+birthdate`, of which the '+' may arrive as a space. */
const OTHER_DIRECTION = /^[+ ]|[: ](asc|desc)$/i

/** One key, `-` before it for descending. undefined, with a problem added, where there is no such order. */
export function parseSortKey(
  definitions: Definitions,
  type: string,
  { name, value, key }: { readonly name: string; readonly value: string; readonly key: string },
  problems: Problem[],
): SortKey | undefined {
  const descending = key.startsWith('-')
  const path = descending ? key.slice(1) : key
  if (path === '' || OTHER_DIRECTION.test(path)) {
    problems.push(notTaken(name, value, "parameters, '-' before one for descending, nothing for ascending"))
    return undefined
  }
  const [head = '', code, ...more] = path.split('.')
  if (more.length > 0) {
    problems.push(
      malformed(name, `Parameter '${name}': '${path}' leads through more than one reference`, 'not-supported'),
    )
    return undefined
  }
  if (code === undefined) {
    const parameter = sortable(definitions, type, name, head, problems)
    return parameter && { parameter, descending }
  }
  const through = parseHop(definitions, type, name, head, problems)
  const parameter = through && sortable(definitions, through.query.type, name, code, problems)
  return parameter && { parameter, descending, through }
}

function sortable(
  definitions: Definitions,
  type: string,
  name: string,
  code: string,
  problems: Problem[],
): SearchParameter | undefined {
  const known = definitions.searchParameters(type)
  const parameter = known.get(code)
  if (!parameter) {
    problems.push(unknownParameter(name, type, code, known.keys()))
    return undefined
  }
  if (parameter.kind !== 'composite' && parameter.kind !== 'special') return parameter
  const diagnostics = `Parameter '${name}': sorting by the ${parameter.kind} parameter '${code}' is not supported`
  problems.push(ignorable(name, diagnostics, 'not-supported'))
  return undefined
}

/** `patient`, or `subject:Patient`: a reference to one type. */
function parseHop(
  definitions: Definitions,
  type: string,
  name: string,
  head: string,
  problems: Problem[],
): SortHop | undefined {
  const [code = '', named] = head.split(':', 2)
  const known = definitions.searchParameters(type)
  const parameter = known.get(code)
  if (!parameter) {
    problems.push(unknownParameter(name, type, code, known.keys()))
    return undefined
  }
  const { kind, targets } = parameter
  const target = named ?? (targets?.length === 1 ? targets[0] : undefined)
  if (kind !== 'reference') {
    problems.push(malformed(name, `Parameter '${name}': '${code}' of ${type} is a ${kind}, no reference to follow`))
    return undefined
  }
  if (target === undefined) {
    const diagnostics = `Parameter '${name}': '${code}' points to several types; name one, as in '${code}:Patient'`
    problems.push(malformed(name, diagnostics))
    return undefined
  }
  if (!definitions.isResourceType(target) || (targets && !targets.includes(target))) {
    problems.push(malformed(name, `Parameter '${name}': '${code}' of ${type} never points to '${target}'`))
    return undefined
  }
  return { parameter, query: { type: target, where: { kind: 'everything' } } }
}
