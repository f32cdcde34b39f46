/** The last part of a search parameter's name, `name:exact`, with its values. R4 search.html#modifiers */
import type { SearchParameterType } from '#schema/tables.ts'
import type { Definitions, SearchParameter } from '../definitions.ts'
import type { Node } from './ast.ts'
import { unescapeValue } from './escapes.ts'
import { parseValue } from './parse-value.ts'
import { malformed, notTaken, type Problem, quoted } from './problems.ts'
import { isLogicalId, type ReferenceContext } from './reference-value.ts'

/** What a search has left to spend on values. */
export interface ValueBudget {
  values: number
}

export interface Criterion {
  readonly definitions: Definitions
  readonly references: ReferenceContext
  /** Milliseconds since the epoch. */
  readonly now: number
  /** The parameter's whole name as given, for messages. */
  readonly name: string
  /** The value split at its commas, escapes still in it. */
  readonly values: readonly string[]
  /** What the parameter has left to spend. */
  readonly budget: { branches: number }
  readonly valueBudget: ValueBudget
  readonly problems: Problem[]
  /** What makes a node of the values where parseLeaf doesn't. */
  readonly leaf?: (criterion: Criterion, parameter: SearchParameter, modifier: string | undefined) => Node | undefined
  /** What the resources of this type that so many hops lead to satisfy besides. */
  readonly hop?: (type: string, hops: number, problems: Problem[]) => Node | undefined
}

/** Equal values are looked up as one list; each range and each beginning of a text is a condition of its own. */
const VALUE_COST: Readonly<Record<SearchParameterType, number>> = {
  token: 1,
  reference: 1,
  uri: 1,
  string: 50,
  date: 50,
  number: 50,
  quantity: 50,
  composite: 50,
  special: 50,
}

/** Modifiers that each kind takes besides `:missing`. */
const MODIFIERS: Readonly<Record<SearchParameterType, readonly string[]>> = {
  string: ['exact', 'contains'],
  token: ['not'],
  reference: [],
  uri: ['below', 'above'],
  date: [],
  number: [],
  quantity: [],
  composite: [],
  special: [],
}

const KNOWN_MODIFIERS = new Set('exact contains text in not-in below above not identifier of-type missing'.split(' '))

/**
 * The node, or undefined with at least one problem added. Commas are alternatives; `:not` means that none of them
 * holds.
 */
export function parseLeaf(
  criterion: Criterion,
  parameter: SearchParameter,
  modifier: string | undefined,
): Node | undefined {
  if (modifier === 'missing') return parseMissing(criterion, parameter)
  if (modifier !== undefined && !takesModifier(criterion, parameter, modifier)) return undefined
  const { valueBudget } = criterion
  valueBudget.values -= criterion.values.length * VALUE_COST[parameter.kind]
  if (valueBudget.values < 0)
    return refuse(criterion, 'it has too many values, or too many for a chain this wide', 'too-costly')
  const node = parameter.code === '_id' ? parseIds(criterion) : parseValues(criterion, parameter, modifier)
  return node && modifier === 'not' ? { kind: 'not', node } : node
}

function parseMissing(criterion: Criterion, parameter: SearchParameter): Node | undefined {
  const [value] = criterion.values
  if (criterion.values.length === 1 && (value === 'true' || value === 'false')) {
    return { kind: 'missing', parameter, missing: value === 'true' }
  }
  return refuse(criterion, `${quoted(criterion.values.join(','))} is not what :missing takes; expected true or false`)
}

function takesModifier(criterion: Criterion, parameter: SearchParameter, modifier: string): boolean {
  const { kind, code } = parameter
  const taken = MODIFIERS[kind]
  if (taken.includes(modifier)) return true
  if (kind === 'reference' && criterion.definitions.isResourceType(modifier)) {
    return isTarget(criterion, parameter, modifier)
  }
  const status = KNOWN_MODIFIERS.has(modifier) ? `is not supported for ${kind} parameters` : 'is unknown'
  const choice = [':missing', ...taken.map(one => `:${one}`), ...(kind === 'reference' ? ['a resource type'] : [])]
  refuse(criterion, `the modifier ':${modifier}' ${status}; '${code}' takes ${choice.join(', ')}`, 'not-supported')
  return false
}

const TARGETS_LISTED_MAX = 8

/** Whether the reference parameter can point to this type; else a problem is added. */
export function isTarget(criterion: Criterion, parameter: SearchParameter, type: string): boolean {
  const { code, resourceType, targets } = parameter
  if (!criterion.definitions.isResourceType(type)) {
    refuse(criterion, `'${type}' is no resource type`)
    return false
  }
  if (!targets || targets.includes(type)) return true
  const more = targets.length > TARGETS_LISTED_MAX ? ' ...' : ''
  const listed = targets.slice(0, TARGETS_LISTED_MAX).join(', ') + more
  refuse(criterion, `'${code}' of ${resourceType} points to ${listed}, never to ${type}`)
  return false
}

/** Adds a problem that names the parameter. */
export function refuse(criterion: Criterion, what: string, code?: 'not-supported' | 'too-costly'): undefined {
  criterion.problems.push(malformed(criterion.name, `Parameter '${criterion.name}': ${what}`, code))
}

function parseValues(criterion: Criterion, parameter: SearchParameter, modifier: string | undefined): Node | undefined {
  const context = { parameter, modifier, references: criterion.references, now: criterion.now }
  return eachValue(criterion, text => parseValue(text, context))
}

function parseIds(criterion: Criterion): Node | undefined {
  const ids: string[] = []
  const node = eachValue(criterion, text => {
    const id = unescapeValue(text)
    if (!isLogicalId(id)) return "an id: 1 to 64 letters, digits, '-' or '.'"
    ids.push(id)
    return { kind: 'id', ids }
  })
  return node && { kind: 'id', ids }
}

/** Longer ones are nothing that a resource was ever searched by; engines have limits of their own above this. */
const VALUE_LENGTH_MAX = 10_000

const EMPTY_VALUE = "no empty value between commas (a ',' inside a value is written '\\,')"

/** Malformed values of one parameter that are told. */
const REFUSALS_MAX = 20

function eachValue(criterion: Criterion, parse: (text: string) => Node | string): Node | undefined {
  const nodes: Node[] = []
  let refusals = 0
  for (const text of criterion.values) {
    if (text.length > VALUE_LENGTH_MAX)
      return refuse(criterion, `it has a value of more than ${VALUE_LENGTH_MAX} characters`, 'too-costly')
    if (refusals === REFUSALS_MAX) break
    const parsed = text === '' ? EMPTY_VALUE : parse(text)
    if (typeof parsed !== 'string') nodes.push(parsed)
    else {
      refusals++
      criterion.problems.push(notTaken(criterion.name, text, parsed))
    }
  }
  return nodes.length === criterion.values.length ? anyOf(nodes) : undefined
}

export const anyOf = (nodes: readonly Node[]): Node | undefined => (nodes.length > 1 ? { kind: 'or', nodes } : nodes[0])
