/** The last part of a search parameter's name, `name:exact`, with its values. R4 search.html#modifiers */
import type { SearchParameterType } from '#schema/tables.ts'
import type { Definitions, SearchParameter } from '../definitions.ts'
import type { TerminologyAnswers } from '../terminology/answers.ts'
import { anyOf } from './any-of.ts'
import type { Comparator, Node } from './ast.ts'
import { derivationsOf } from './derived-parameter.ts'
import { unescapeValue } from './escapes.ts'
import { nearHint } from './near-names.ts'
import { compositePresent } from './parse-composite.ts'
import { isTerminologyModifier, parseTerminology, type TerminologyModifier } from './parse-terminology.ts'
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
  /** Said elsewhere than in a prefix of the values. */
  readonly comparator?: Comparator | undefined
  /** undefined: value sets and hierarchies can't be asked for. */
  readonly terminology?: TerminologyAnswers | undefined
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

/** What a parameter takes besides `:missing`; some depend on what its elements have. R4 search.html#modifiers */
function modifiersOf({ code, kind, paths }: SearchParameter): readonly string[] {
  if (code === '_id') return ['not']
  switch (kind) {
    case 'string':
      return ['exact', 'contains']
    case 'uri':
      return ['below', 'above']
    case 'token':
    case 'reference': {
      const derivations = new Set(paths.flatMap(path => derivationsOf(kind, path)))
      const named = (['text', 'of-type', 'identifier'] as const).filter(each => derivations.has(each))
      if (kind === 'token') return ['not', 'in', 'not-in', 'above', 'below', ...named]
      return derivations.has('versions') ? [...named, 'below'] : named
    }
    default:
      return []
  }
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
  return node && (modifier === 'not' || modifier === 'not-in') ? { kind: 'not', node } : node
}

function parseMissing(criterion: Criterion, parameter: SearchParameter): Node | undefined {
  const [value] = criterion.values
  if (criterion.values.length === 1 && (value === 'true' || value === 'false')) {
    const missing = value === 'true'
    if (parameter.kind !== 'composite') return { kind: 'missing', parameter, missing }
    const present = compositePresent(criterion.definitions, parameter)
    return missing ? { kind: 'not', node: present } : present
  }
  return refuse(criterion, `${quoted(criterion.values.join(','))} is not what :missing takes; expected true or false`)
}

function takesModifier(criterion: Criterion, parameter: SearchParameter, modifier: string): boolean {
  const { kind, code } = parameter
  const taken = modifiersOf(parameter)
  if (taken.includes(modifier)) return true
  if (kind === 'reference' && criterion.definitions.isResourceType(modifier)) {
    return isTarget(criterion, parameter, modifier)
  }
  const status = KNOWN_MODIFIERS.has(modifier) ? `is not for this ${kind} parameter` : 'is unknown'
  const choice = [':missing', ...taken.map(one => `:${one}`), ...(kind === 'reference' ? ['a resource type'] : [])]
  refuse(criterion, `the modifier ':${modifier}' ${status}; '${code}' takes ${choice.join(', ')}`, 'not-supported')
  return false
}

const TARGETS_LISTED_MAX = 8

/** Whether the reference parameter can point to this type; else a problem is added. */
export function isTarget(criterion: Criterion, parameter: SearchParameter, type: string): boolean {
  const { code, resourceType, targets } = parameter
  if (!criterion.definitions.isResourceType(type)) {
    refuse(criterion, noResourceType(type, criterion.definitions))
    return false
  }
  if (!targets || targets.includes(type)) return true
  const more = targets.length > TARGETS_LISTED_MAX ? ' ...' : ''
  const listed = targets.slice(0, TARGETS_LISTED_MAX).join(', ') + more
  refuse(criterion, `'${code}' of ${resourceType} points to ${listed}, never to ${type}`)
  return false
}

export const noResourceType = (name: string, { resourceTypes }: Definitions): string =>
  `${quoted(name)} is no resource type${nearHint(name, resourceTypes)}`

/** Adds a problem that names the parameter. */
export function refuse(criterion: Criterion, what: string, code?: 'not-supported' | 'too-costly'): undefined {
  criterion.problems.push(malformed(criterion.name, `Parameter '${criterion.name}': ${what}`, code))
}

function parseValues(criterion: Criterion, parameter: SearchParameter, modifier: string | undefined): Node | undefined {
  if (parameter.kind === 'token' && isTerminologyModifier(modifier) && !isMediaTypes(parameter, modifier)) {
    return parseMembers(criterion, parameter, modifier)
  }
  const { definitions, references, now, comparator } = criterion
  const context = { definitions, parameter, modifier, references, now, comparator }
  return eachValue(criterion, text => parseValue(text, context))
}

/** R4 search.html#mimetype: `contenttype:below=text/xml` has no system. */
const isMediaTypes = ({ kind, paths }: SearchParameter, modifier: TerminologyModifier): boolean =>
  modifier === 'below' && paths.some(path => derivationsOf(kind, path).includes('media-type'))

function parseMembers(
  criterion: Criterion,
  parameter: SearchParameter,
  modifier: TerminologyModifier,
): Node | undefined {
  const { terminology, name, problems } = criterion
  if (!terminology) return refuse(criterion, `the modifier ':${modifier}' can't be used here`, 'not-supported')
  return eachValue(criterion, text => {
    const parsed = parseTerminology(terminology, parameter, modifier, text)
    if (typeof parsed === 'string' || 'kind' in parsed) return parsed
    problems.push(malformed(name, `Parameter '${name}': ${quoted(text)} ${parsed.reason}`, parsed.code))
    return undefined
  })
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

function eachValue(criterion: Criterion, parse: (text: string) => Node | string | undefined): Node | undefined {
  const nodes: Node[] = []
  const refused = new Set<string>()
  for (const text of criterion.values) {
    if (text.length > VALUE_LENGTH_MAX)
      return refuse(criterion, `it has a value of more than ${VALUE_LENGTH_MAX} characters`, 'too-costly')
    if (refused.size === REFUSALS_MAX) break
    const parsed = text === '' ? EMPTY_VALUE : parse(text)
    if (parsed === undefined) return undefined
    if (typeof parsed !== 'string') nodes.push(parsed)
    else if (!refused.has(text)) {
      refused.add(text)
      criterion.problems.push(notTaken(criterion.name, text, parsed))
    }
  }
  return nodes.length === criterion.values.length ? anyOf(nodes) : undefined
}
