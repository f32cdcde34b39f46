/** `_filter`: tests on search parameters, put together, as nodes. R4 search_filter.html */
import type { SearchParameterType } from '#schema/tables.ts'
import type { SearchParameter } from '../definitions.ts'
import type { Comparator, Node } from './ast.ts'
import {
  type FilterExpression,
  type FilterOperator,
  type FilterTest,
  isFilterMistake,
  parseFilterText,
} from './filter-syntax.ts'
import { normalizeString } from './normalize.ts'
import { type CriterionContext, newBranchBudget, resolvePath } from './parse-criterion.ts'
import { type Criterion, parseLeaf, refuse } from './parse-leaf.ts'
import { malformed, type Problem, quoted } from './problems.ts'

export const FILTER_PARAMETER = '_filter'

const TEXT_LENGTH_MAX = 20_000

/** The node, or undefined with at least one problem added. */
export function parseFilter(
  context: CriterionContext,
  type: string,
  text: string,
  problems: Problem[],
): Node | undefined {
  if (text.length > TEXT_LENGTH_MAX) {
    problems.push(malformed(FILTER_PARAMETER, `_filter has more than ${TEXT_LENGTH_MAX} characters`, 'too-costly'))
    return undefined
  }
  const parsed = parseFilterText(text)
  if (isFilterMistake(parsed)) {
    const { position, expected } = parsed
    const rest = position < text.length ? `before ${quoted(text.slice(position, position + 40))}` : 'at the end'
    const diagnostics = `_filter: expected ${expected} ${rest} (character ${position + 1})`
    problems.push(malformed(FILTER_PARAMETER, diagnostics))
    return undefined
  }
  const found: Problem[] = []
  const node = expressionNode({ context, problems: found }, type, parsed)
  problems.push(...found.map(inFilter))
  return found.length === 0 ? node : undefined
}

const inFilter = ({ issue, ignorable }: Problem): Problem => ({
  issue: { ...issue, diagnostics: `${FILTER_PARAMETER}: ${issue.diagnostics}`, expression: [FILTER_PARAMETER] },
  ignorable,
})

interface FilterContext {
  readonly context: CriterionContext
  readonly problems: Problem[]
}

function expressionNode(filter: FilterContext, type: string, expression: FilterExpression): Node | undefined {
  switch (expression.kind) {
    case 'and':
    case 'or': {
      // All are looked at, so that all problems are told.
      const nodes = expression.operands.flatMap(operand => expressionNode(filter, type, operand) ?? [])
      return nodes.length === expression.operands.length ? { kind: expression.kind, nodes } : undefined
    }
    case 'not': {
      const node = expressionNode(filter, type, expression.operand)
      return node && { kind: 'not', node }
    }
    case 'test':
      return testNode(filter, type, expression)
  }
}

/** Brackets filter the targets of a reference, before the path goes on from them. */
function testNode(filter: FilterContext, type: string, { path, operator, value }: FilterTest): Node | undefined {
  const { context, problems } = filter
  const name = path.map(step => step.name).join('.')
  const criterion: Criterion = {
    ...context,
    name,
    values: [value.replaceAll('\\', '\\\\')],
    budget: newBranchBudget(),
    problems,
    leaf: (its, parameter, modifier) => leafNode(its, parameter, modifier, operator, value),
  }
  const last = path.at(-1)
  if (last?.filter) return refuse(criterion, `'${last.name}[...]' is not followed by '.' and a search parameter`)
  if (path.every(step => !step.filter)) return resolvePath(criterion, type, name)
  if (name.includes('_has:')) return refuse(criterion, 'brackets and _has do not go together', 'not-supported')
  const hop = (target: string, depth: number, problemsThere: Problem[]): Node | undefined => {
    const inner = path[depth - 1]?.filter
    return inner ? expressionNode({ context, problems: problemsThere }, target, inner) : EVERYTHING
  }
  return resolvePath({ ...criterion, hop }, type, name)
}

const EVERYTHING: Node = { kind: 'everything' }

/** What each kind of parameter can be tested for, besides `pr`. */
const OPERATORS: Readonly<Record<SearchParameterType, readonly FilterOperator[]>> = {
  string: ['eq', 'ne', 'co', 'sw', 'ew'],
  token: ['eq', 'ne', 'ss', 'sb', 'in', 'ni'],
  reference: ['eq', 'ne', 're'],
  uri: ['eq', 'ne'],
  date: ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'ap', 'sa', 'eb', 'po'],
  number: ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'ap', 'sa', 'eb'],
  quantity: ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'ap', 'sa', 'eb'],
  composite: ['eq'],
  special: ['eq'],
}

function leafNode(
  criterion: Criterion,
  parameter: SearchParameter,
  modifier: string | undefined,
  operator: FilterOperator,
  value: string,
): Node | undefined {
  const { kind, code } = parameter
  const isTargetType = modifier !== undefined && kind === 'reference' && criterion.definitions.isResourceType(modifier)
  if (modifier !== undefined && !isTargetType)
    return refuse(criterion, `operators take the place of modifiers such as ':${modifier}'`, 'not-supported')
  if (operator === 'pr') return presence(criterion, parameter, value)
  if (!OPERATORS[kind].includes(operator)) {
    const taken = [...OPERATORS[kind], 'pr'].join(', ')
    return refuse(
      criterion,
      `'${operator}' does not go with the ${kind} '${code}', which takes ${taken}`,
      'not-supported',
    )
  }
  if (kind === 'string') return stringNode(criterion, parameter, operator, value)
  if (kind === 'date' || kind === 'number' || kind === 'quantity') return rangeNode(criterion, parameter, operator)
  const conceptual = CONCEPT_MODIFIERS.get(operator)
  if (conceptual !== undefined) return parseLeaf(criterion, parameter, conceptual)
  const node = parseLeaf(criterion, parameter, modifier)
  return node && operator === 'ne' ? differing(criterion, parameter, node) : node
}

/** `ss`: the value subsumes a concept of the resource; `sb`: a concept of the resource subsumes the value. */
const CONCEPT_MODIFIERS: ReadonlyMap<FilterOperator, string> = new Map<FilterOperator, string>([
  ['ss', 'below'],
  ['sb', 'above'],
  ['in', 'in'],
  ['ni', 'not-in'],
])

function presence(criterion: Criterion, parameter: SearchParameter, value: string): Node | undefined {
  if (value !== 'true' && value !== 'false') return refuse(criterion, `'pr' is true or false, not ${quoted(value)}`)
  return { kind: 'missing', parameter, missing: value === 'false' }
}

const STRING_MODES = new Map<FilterOperator, 'equals' | 'contains' | 'starts' | 'ends'>([
  ['eq', 'equals'],
  ['ne', 'equals'],
  ['co', 'contains'],
  ['sw', 'starts'],
  ['ew', 'ends'],
])

/** R4 search_filter.html: values are never case-sensitive. */
function stringNode(
  criterion: Criterion,
  parameter: SearchParameter,
  operator: FilterOperator,
  text: string,
): Node | undefined {
  // What a string parameter refuses and what it costs is the same whichever way it is compared.
  if (!parseLeaf(criterion, parameter, undefined)) return undefined
  const mode = STRING_MODES.get(operator) ?? 'equals'
  const node = { kind: 'string', parameter, mode, value: normalizeString(text) } as const
  return operator === 'ne' ? { kind: 'differs', node } : node
}

const COMPARATORS: readonly Comparator[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap']

function rangeNode(criterion: Criterion, parameter: SearchParameter, operator: FilterOperator): Node | undefined {
  const comparator = COMPARATORS.find(one => one === operator) ?? 'eq'
  const node = parseLeaf({ ...criterion, comparator }, parameter, undefined)
  // Ranges overlap: what `ap` means where its range is not widened.
  return operator === 'po' && node?.kind === 'date' ? { ...node, comparator: 'ap' } : node
}

function differing(criterion: Criterion, parameter: SearchParameter, node: Node): Node | undefined {
  switch (node.kind) {
    case 'id':
      return { kind: 'not', node }
    case 'token':
    case 'uri':
      return { kind: 'differs', node }
    case 'reference':
      if (node.version === undefined) return { kind: 'differs', node }
      return refuse(criterion, `'ne' compares '${parameter.code}' with a reference without a version`, 'not-supported')
    default:
      return refuse(criterion, `'ne' does not go with this value of '${parameter.code}'`, 'not-supported')
  }
}
