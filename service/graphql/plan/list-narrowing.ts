import type { DirectiveNode, FieldNode } from 'graphql/language/index.js'
import { fault } from '../../fault.ts'
import { invariant } from '../../invariant.ts'
import type { JsonObject, JsonValue } from '../../resource/content.ts'
import { textOfScalar } from '../../resource/json.ts'
import type { Expressions } from '../fhirpath/expression-types.ts'
import type { FieldDefinition } from '../model/type-model.ts'
import type { ArgumentValues } from './argument-values.ts'

/** What is kept of a list of elements. R4 graphql.html#list */
export interface ListNarrowing {
  /** Property and the text that its value must be. */
  readonly filters: readonly (readonly [property: string, text: string])[]
  /** Positions of the elements for which the argument `fhirpath` holds. */
  readonly criterion: ((elements: readonly JsonValue[]) => readonly number[]) | undefined
  readonly offset: number
  readonly count: number
}

/** undefined where the field keeps everything. @throws Fault where an argument is out of range or no FHIRPath. */
export function listNarrowingOf(
  definition: FieldDefinition,
  node: FieldNode,
  values: ArgumentValues,
  expressions: Expressions | undefined,
): ListNarrowing | undefined {
  const isFirst = hasDirective(node.directives, 'first')
  if (values.size === 0) return isFirst ? FIRST : undefined
  const filters: (readonly [string, string])[] = []
  let criterion: ListNarrowing['criterion']
  let offset = 0
  let count = Number.POSITIVE_INFINITY
  for (const [name, value] of values) {
    if (name === 'fhirpath') criterion = criterionOf(definition, textOfScalar(value), expressions)
    else if (name === '_offset') offset = natural(name, value)
    else if (name === '_count') count = natural(name, value)
    else filters.push([name, textOfScalar(value)])
  }
  return { filters, criterion, offset, count: isFirst ? Math.min(1, count) : count }
}

const FIRST: ListNarrowing = { filters: [], criterion: undefined, offset: 0, count: 1 }

function criterionOf(
  { access }: FieldDefinition,
  expression: string,
  expressions: Expressions | undefined,
): ListNarrowing['criterion'] {
  invariant(expressions && access.kind === 'property', 'a document with "fhirpath" has the engine')
  const { type } = access.property
  expressions.check(expression)
  return elements => expressions.indexesOf(type === 'Resource' ? '' : type, expression, elements)
}

export const hasDirective = (directives: readonly DirectiveNode[] | undefined, name: string): boolean =>
  directives?.some(directive => directive.name.value === name) ?? false

function natural(name: string, value: JsonValue): number {
  if (typeof value === 'number' && value >= 0) return value
  throw fault('invalid', `The argument "${name}" must be 0 or more`, { code: 'value', expression: [name] })
}

/** Offset and count apply to what the filters leave. R4 graphql.html#list */
export function narrow(list: readonly JsonValue[], narrowing: ListNarrowing): readonly JsonValue[] {
  const { filters, criterion, offset, count } = narrowing
  const equal = filters.length === 0 ? list : list.filter(element => filters.every(filter => matches(element, filter)))
  const kept = criterion && equal.length > 0 ? at(equal, criterion(equal)) : equal
  return offset === 0 && count >= kept.length ? kept : kept.slice(offset, offset + count)
}

const at = (list: readonly JsonValue[], indexes: readonly number[]): readonly JsonValue[] =>
  indexes.map(index => list[index] ?? null)

const matches = (element: JsonValue, [property, text]: readonly [string, string]): boolean => {
  const value = typeof element === 'object' && element !== null ? (element as JsonObject)[property] : undefined
  return value !== undefined && value !== null && textOfScalar(value) === text
}
