/** One search parameter as a node: resolves chains and `_has` down to the parameter that holds the value. */
import type { Definitions, SearchParameter } from '../definitions.ts'
import type { TerminologyAnswers } from '../terminology/answers.ts'
import { anyOf } from './any-of.ts'
import type { Node } from './ast.ts'
import { splitUnescaped } from './escapes.ts'
import { nearHint } from './near-names.ts'
import { type Criterion, isTarget, noResourceType, parseLeaf, refuse, type ValueBudget } from './parse-leaf.ts'
import { ignorable, type Problem, quoted } from './problems.ts'
import type { ReferenceContext } from './reference-value.ts'

export interface CriterionContext {
  readonly definitions: Definitions
  readonly references: ReferenceContext
  /** Milliseconds since the epoch. */
  readonly now: number
  /** What all criteria of the search have left to spend. */
  readonly valueBudget: ValueBudget
  readonly terminology?: TerminologyAnswers | undefined
}

/** Hops of chains and `_has` in one parameter. */
const JOINS_MAX = 10
/** Ways on which the chains of one parameter that name no `:Type` may lead through types. */
const BRANCHES_MAX = 60
/** Values of one search that engines look up as a list, each times the ways of its chain. */
const VALUES_MAX = 20_000

export const newValueBudget = (): ValueBudget => ({ values: VALUES_MAX })

export const newBranchBudget = () => ({ branches: BRANCHES_MAX })

const HAS = '_has'

/**
 * The node, or undefined with at least one problem added. The name has modifiers and chains:
 * `subject:Patient.name:exact`.
 */
export function parseCriterion(
  context: CriterionContext,
  type: string,
  name: string,
  value: string,
  problems: Problem[],
): Node | undefined {
  if (name === '') {
    problems.push(ignorable(name, `There is a value, ${quoted(value)}, but no name of a parameter before '='`, 'value'))
    return undefined
  }
  const budget = newBranchBudget()
  return resolvePath({ ...context, name, values: splitUnescaped(value, ','), budget, problems }, type, name)
}

/** The name of a parameter with its chains and modifiers, as a node on its values. */
export const resolvePath = (criterion: Criterion, type: string, path: string): Node | undefined =>
  resolve(criterion, type, path, 0)

/** `path` is what is left of the name, to be understood in `type`. */
function resolve(criterion: Criterion, type: string, path: string, depth: number): Node | undefined {
  if (depth > JOINS_MAX) return refuse(criterion, `it joins more than ${JOINS_MAX} times`, 'too-costly')
  if (path === HAS || path.startsWith(`${HAS}:`)) return resolveHas(criterion, type, path, depth)
  const dot = path.indexOf('.')
  const head = dot < 0 ? path : path.slice(0, dot)
  const colon = head.indexOf(':')
  const code = colon < 0 ? head : head.slice(0, colon)
  const modifier = colon < 0 ? undefined : head.slice(colon + 1)
  const parameter = findParameter(criterion, type, code)
  if (!parameter) return undefined
  if (dot < 0) return (criterion.leaf ?? parseLeaf)(criterion, parameter, modifier)
  const rest = path.slice(dot + 1)
  if (parameter.kind !== 'reference') {
    return refuse(criterion, `'${code}' of ${type} is a ${parameter.kind}, and only references can be chained`)
  }
  if (modifier === undefined) return resolveChain(criterion, parameter, rest, depth)
  return isTarget(criterion, parameter, modifier) ? resolveHop(criterion, parameter, modifier, rest, depth) : undefined
}

function findParameter(criterion: Criterion, type: string, code: string): SearchParameter | undefined {
  const { name, problems } = criterion
  const known = criterion.definitions.searchParameters(type)
  const parameter = known.get(code)
  if (!parameter) {
    problems.push(unknownParameter(name, type, code, known.keys()))
  }
  return parameter
}

/** Parameters whose values name search parameters. */
const NAMING_OTHERS = /^_(sort|include|revinclude)\b/

/** `name` is all that the client wrote, `code` the part of it that is unknown. */
export function unknownParameter(name: string, type: string, code: string, known: Iterable<string>): Problem {
  const place = NAMING_OTHERS.test(name) ? `Parameter '${name}': ` : ''
  const diagnostics = `${place}${type} has no search parameter ${quoted(code)}${nearHint(code, known)}`
  return ignorable(name, diagnostics, 'not-supported')
}

function resolveHop(
  criterion: Criterion,
  parameter: SearchParameter,
  type: string,
  rest: string,
  depth: number,
): Node | undefined {
  const where = resolve(criterion, type, rest, depth + 1)
  const filter = criterion.hop ? criterion.hop(type, depth + 1, criterion.problems) : EVERYTHING
  if (!where || !filter) return undefined
  const both: Node = filter.kind === 'everything' ? where : { kind: 'and', nodes: [filter, where] }
  return { kind: 'chain', parameter, query: { type, where: both } }
}

const EVERYTHING: Node = { kind: 'everything' }

/** Without `:Type` a chain leads to every target that has the next parameter. R4 search.html#chaining */
function resolveChain(criterion: Criterion, parameter: SearchParameter, rest: string, depth: number): Node | undefined {
  const { definitions, name, budget, problems } = criterion
  const next = /^[^.:]*/.exec(rest)?.[0] ?? ''
  const all = parameter.targets ?? definitions.resourceTypes
  const targets = all.filter(target => next === HAS || definitions.searchParameters(target).has(next))
  if (targets.length === 0) {
    const [only = ''] = all
    problems.push(
      all.length === 1
        ? unknownParameter(name, only, next, definitions.searchParameters(only).keys())
        : noTargetParameter(criterion, parameter, next, all),
    )
    return undefined
  }
  budget.branches -= targets.length - 1
  if (budget.branches < 0) {
    const example = `${parameter.code}:${targets[0]}.${next}`
    return refuse(
      criterion,
      `it may lead through too many types; name those that are meant, as in '${example}'`,
      'too-costly',
    )
  }
  return resolveBranches(criterion, parameter, targets, rest, depth)
}

function noTargetParameter(
  { definitions, name }: Criterion,
  { code }: SearchParameter,
  next: string,
  targets: readonly string[],
): Problem {
  const known = new Set(targets.flatMap(type => [...definitions.searchParameters(type).keys()]))
  const diagnostics = `Parameter '${name}': no type that '${code}' points to has a search parameter ${quoted(next)}`
  return ignorable(name, diagnostics + nearHint(next, known), 'not-supported')
}

/** Targets whose parameter can't take the value drop out; it is a problem where none is left. */
function resolveBranches(
  criterion: Criterion,
  parameter: SearchParameter,
  targets: readonly string[],
  rest: string,
  depth: number,
): Node | undefined {
  const nodes: Node[] = []
  let refusals: readonly Problem[] = []
  for (const target of targets) {
    const problems: Problem[] = []
    const node = resolveHop({ ...criterion, problems }, parameter, target, rest, depth)
    if (node) {
      nodes.push(node)
    } else if (problems.some(({ issue }) => issue.code === 'too-costly')) {
      criterion.problems.push(...problems)
      return undefined
    } else if (refusals.length === 0) {
      refusals = problems
    }
  }
  if (nodes.length > 0) return anyOf(nodes)
  criterion.problems.push(...refusals)
  return undefined
}

/** `_has:Observation:patient:code`. R4 search.html#has */
function resolveHas(criterion: Criterion, type: string, path: string, depth: number): Node | undefined {
  const [, source = '', code = ''] = path.split(':', 3)
  const rest = path.slice(HAS.length + source.length + code.length + 3)
  if (source === '' || code === '' || rest === '') {
    return refuse(criterion, 'it is not of the form _has:Type:reference:parameter')
  }
  if (!criterion.definitions.isResourceType(source))
    return refuse(criterion, noResourceType(source, criterion.definitions))
  const parameter = findParameter(criterion, source, code)
  if (!parameter) return undefined
  const { kind, targets } = parameter
  if (kind !== 'reference' || (targets && !targets.includes(type))) {
    return refuse(criterion, `'${code}' of ${source} is no reference to ${type}`)
  }
  const where = resolve(criterion, source, rest, depth + 1)
  return where && { kind: 'has', parameter, query: { type: source, where } }
}
