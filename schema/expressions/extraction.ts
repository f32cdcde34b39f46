import { choiceName } from '../names.ts'
import type { ElementTable, ExtractionStep } from '../tables.ts'
import type { Expression } from './fhirpath.ts'

/** A path under construction, and all that is known statically about where it leads. */
export interface Selection {
  readonly steps: readonly ExtractionStep[]
  readonly type: string
  /** Of a Reference or canonical: the types that may be its target; absent where any may. */
  readonly targets?: readonly string[]
}

/** What there is to know of types, from wherever the tables are. */
export interface TypeLookup {
  isResourceType(name: string): boolean
  /** Of a type or a backbone inside it, by path; undefined where there is none. */
  elements(path: string): readonly ElementTable[] | undefined
}

export interface ExtractionContext {
  readonly types: TypeLookup
  /** The resource type for which the expression is compiled. */
  readonly resourceType: string
  /** What the expression starts from: the resource, or the elements that a composite's expression selects. */
  readonly start: readonly Selection[]
}

/** The expression is outside of what extraction steps can say, or does not fit the element tables. */
export class UnsupportedExpression extends Error {}

/**
 * Every concrete path that the expression can take, choice elements spelt out: one selection for each JSON name and
 * type. Branches of a union that start at other resource types give nothing.
 */
export function select(expression: Expression, context: ExtractionContext): readonly Selection[] {
  switch (expression.kind) {
    case 'context':
      return context.start
    case 'union':
      return expression.items.flatMap(item => select(item, context))
    case 'member':
      return selectMember(expression, context)
    case 'index':
      return select(expression.base, context).map(selection => withStep(selection, { index: expression.index }))
    case 'as':
      return ofType(select(expression.base, context), expression.type, context)
    case 'call':
      return selectCall(expression, context)
    case 'variable':
      return selectVariable(expression.name, context)
    case 'operation':
      return selectOperation(expression, context)
    case 'is':
    case 'literal':
      throw new UnsupportedExpression(`a path cannot hold "${expression.kind}" here`)
  }
}

const withStep = (selection: Selection, step: ExtractionStep): Selection => ({
  ...selection,
  steps: [...selection.steps, step],
})

function selectVariable(name: string, context: ExtractionContext): readonly Selection[] {
  if (name !== 'resource') throw new UnsupportedExpression(`%${name} is unknown`)
  return [{ steps: [{ resource: true }], type: context.resourceType }]
}

function selectMember(
  { base, name }: Extract<Expression, { kind: 'member' }>,
  context: ExtractionContext,
): readonly Selection[] {
  const selections = select(base, context)
  // A capital letter at the start of a path is a type name: it keeps the context if that is of the type.
  if (base.kind === 'context' && /^[A-Z]/.test(name))
    return selections.filter(({ type }) => isOfType(type, name, context))
  if (selections.length === 0) return []
  const members = selections.flatMap(selection => membersOf(selection, name, context))
  if (members.length === 0) {
    throw new UnsupportedExpression(`${selections.map(({ type }) => type).join(', ')} has no element ${name}`)
  }
  return members
}

function isOfType(type: string, name: string, { types }: ExtractionContext): boolean {
  if (type === name) return true
  return types.isResourceType(type) && (name === 'Resource' || name === 'DomainResource')
}

function membersOf(selection: Selection, name: string, context: ExtractionContext): readonly Selection[] {
  const element = findElement(selection.type, name, context)
  if (element === undefined) return []
  return element.types.map(type => ({
    steps: [...selection.steps, propertyName(element, type)],
    type,
    ...(element.targets === undefined ? {} : { targets: element.targets }),
  }))
}

export const propertyName = (element: ElementTable, type: string): string =>
  element.choice === true ? choiceName(element.name, type) : element.name

const findElement = (type: string, name: string, { types }: ExtractionContext): ElementTable | undefined =>
  types.elements(type)?.find(element => element.name === name)

function selectCall(
  { base, name, parameters }: Extract<Expression, { kind: 'call' }>,
  context: ExtractionContext,
): readonly Selection[] {
  const [parameter] = parameters
  if (parameter === undefined || parameters.length !== 1) throw new UnsupportedExpression(`${name}() is unsupported`)
  const selections = select(base, context)
  if (name === 'as' || name === 'ofType') return ofType(selections, typeNameOf(parameter), context)
  if (name === 'where') return selections.flatMap(selection => filter(selection, parameter, context))
  if (name === 'extension') return selectExtension(selections, parameter, context)
  throw new UnsupportedExpression(`${name}() is unsupported`)
}

/** `extension(url)` is short for `extension.where(url = '...')`: R4 fhirpath.html#functions */
function selectExtension(
  selections: readonly Selection[],
  url: Expression,
  context: ExtractionContext,
): readonly Selection[] {
  if (url.kind !== 'literal' || typeof url.value !== 'string')
    throw new UnsupportedExpression('extension() takes a text')
  const { value } = url
  return selections
    .flatMap(selection => membersOf(selection, 'extension', context))
    .map(selection => withStep(selection, { where: ['url', value] }))
}

function typeNameOf(expression: Expression): string {
  if (expression.kind === 'member') return expression.name
  throw new UnsupportedExpression('a type name is expected')
}

function ofType(selections: readonly Selection[], type: string, context: ExtractionContext): readonly Selection[] {
  if (selections.length === 0) return []
  const isResource = context.types.isResourceType(type)
  const kept = selections.flatMap(selection => {
    if (isResource && selection.type === 'Resource') return [{ ...withStep(selection, { resourceType: type }), type }]
    return selection.type === type ? [selection] : []
  })
  if (kept.length === 0) {
    throw new UnsupportedExpression(`${selections.map(selection => selection.type).join(', ')} is never ${type}`)
  }
  return kept
}

function filter(selection: Selection, criterion: Expression, context: ExtractionContext): readonly Selection[] {
  if (criterion.kind === 'is') return filterByTarget(selection, criterion)
  if (criterion.kind === 'operation' && criterion.operator === 'and') {
    return filter(selection, criterion.left, context).flatMap(kept => filter(kept, criterion.right, context))
  }
  if (criterion.kind === 'operation' && criterion.operator === '=') return filterByValue(selection, criterion, context)
  throw new UnsupportedExpression('where() takes `resolve() is Type`, `path = text`, and these joined by `and`')
}

/** The step is left out where the element can only point to that type anyway. */
function filterByTarget(
  selection: Selection,
  { base, type }: Extract<Expression, { kind: 'as' | 'is' }>,
): readonly Selection[] {
  const isResolve = base.kind === 'call' && base.name === 'resolve' && base.base.kind === 'context'
  if (!isResolve || selection.type !== 'Reference') throw new UnsupportedExpression('only a Reference can be resolved')
  const { targets } = selection
  if (targets?.includes(type) === false) return []
  const narrowed = { ...selection, targets: [type] }
  return [targets?.length === 1 ? narrowed : withStep(narrowed, { resolvesTo: [type] })]
}

function filterByValue(
  selection: Selection,
  { left, right }: Extract<Expression, { kind: 'operation' }>,
  context: ExtractionContext,
): readonly Selection[] {
  if (right.kind !== 'literal' || typeof right.value !== 'string') {
    throw new UnsupportedExpression('where() compares with text only')
  }
  const names = memberNames(left)
  // Selecting the compared path proves that it exists.
  select(left, { ...context, start: [{ ...selection, steps: [] }] })
  return [withStep(selection, { where: [names.join('.'), right.value] })]
}

function memberNames(expression: Expression): readonly string[] {
  if (expression.kind === 'context') return []
  if (expression.kind !== 'member') throw new UnsupportedExpression('where() compares a plain path')
  return [...memberNames(expression.base), expression.name]
}

/** The one operation that R4 selects by: `X.exists() and X != false`. */
function selectOperation(
  expression: Extract<Expression, { kind: 'operation' }>,
  context: ExtractionContext,
): readonly Selection[] {
  const { operator, left, right } = expression
  if (operator === 'and' && left.kind === 'call' && left.name === 'exists' && left.base.kind === 'member') {
    const isNotFalse =
      right.kind === 'operation' &&
      right.operator === '!=' &&
      right.right.kind === 'literal' &&
      right.right.value === false &&
      JSON.stringify(right.left) === JSON.stringify(left.base)
    if (isNotFalse) return selectExistence(left.base, context)
  }
  throw new UnsupportedExpression(`the operator ${operator} is unsupported here`)
}

function selectExistence(
  { base, name }: Extract<Expression, { kind: 'member' }>,
  context: ExtractionContext,
): readonly Selection[] {
  return select(base, context).map(selection => {
    const element = findElement(selection.type, name, context)
    if (element === undefined) throw new UnsupportedExpression(`${selection.type} has no element ${name}`)
    const names = element.types.map(type => propertyName(element, type))
    return { ...withStep(selection, { existsAndNotFalse: names }), type: 'boolean' }
  })
}
