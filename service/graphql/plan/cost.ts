import { type FieldNode, Kind, type SelectionSetNode } from 'graphql/language/index.js'
import { compositeOfField, fieldOf } from '../model/positions.ts'
import type { CompositeType, FieldDefinition, ObjectType } from '../model/type-model.ts'
import { jsonOfLiteral } from '../values/coerce-literal.ts'
import type { Planning } from './selection.ts'

/** What a field costs beside its values, in values. */
const READ_COST = 5
const SEARCH_COST = 20
const WRITE_COST = 100
/** Matches of a search that says no count: the mean of what is worth a list, not its limit. */
const MATCHES_ASSUMED = 20

/** What FHIRPath is evaluated on before as many are found as were asked for: a page of matches. */
const MATCHES_EVALUATED = 1000

/**
 * Work that a selection asks for, in values of the response: each field is one, what lies below a search counts as
 * often as it may match, and whatever must be fetched has a price of its own. Computed before anything is fetched, in
 * time that grows with the text: what a fragment costs is computed once.
 */
export function costOf(planning: Planning, selectionSet: SelectionSetNode, type: ObjectType): number {
  return costOfSet({ planning, known: new Map() }, selectionSet, type)
}

/** As costOf, for one field whose arguments are known already. */
export function costOfField(
  planning: Planning,
  definition: FieldDefinition,
  values: ReadonlyMap<string, unknown>,
  selectionSet: SelectionSetNode | undefined,
): number {
  const type = definition.leaf ? undefined : planning.model.composite(definition.type)
  const below = selectionSet ? costOfSet({ planning, known: new Map() }, selectionSet, type) : 0
  return priceOf(definition, { count: values.get('_count'), evaluates: values.has('fhirpath') }, below)
}

interface Costing {
  readonly planning: Planning
  readonly known: Map<SelectionSetNode, number>
}

function costOfSet(costing: Costing, selectionSet: SelectionSetNode, type: CompositeType | undefined): number {
  const before = costing.known.get(selectionSet)
  if (before !== undefined) return before
  const { model, fragments } = costing.planning
  let cost = 0
  for (const selection of selectionSet.selections) {
    if (selection.kind === Kind.FIELD) {
      cost += costOfNode(costing, selection, type)
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      const condition = selection.typeCondition?.name.value
      const inner = condition === undefined ? type : model.composite(condition)
      cost += costOfSet(costing, selection.selectionSet, inner)
    } else {
      const fragment = fragments.get(selection.name.value)
      if (fragment) {
        cost += costOfSet(costing, fragment.selectionSet, model.composite(fragment.typeCondition.name.value))
      }
    }
  }
  costing.known.set(selectionSet, cost)
  return cost
}

function costOfNode(costing: Costing, node: FieldNode, parent: CompositeType | undefined): number {
  const definition = parent && fieldOf(parent, node.name.value)
  if (!definition) return 1
  const type = definition.leaf ? undefined : compositeOfField(costing.planning.model, definition, node)
  const below = node.selectionSet ? costOfSet(costing, node.selectionSet, type) : 0
  const argument = (wanted: string) => node.arguments?.find(({ name }) => name.value === wanted)?.value
  const literal = argument('_count')
  const count = literal && jsonOfLiteral(literal, costing.planning.variables)
  return priceOf(definition, { count, evaluates: argument('fhirpath') !== undefined }, below)
}

interface Search {
  readonly count: unknown
  /** Whether matches are held against FHIRPath. */
  readonly evaluates: boolean
}

function priceOf({ access: { kind } }: FieldDefinition, { count, evaluates }: Search, below: number): number {
  switch (kind) {
    case 'read':
    case 'reference':
      return READ_COST + below
    case 'search':
    case 'reverse':
      return (
        SEARCH_COST +
        (evaluates ? MATCHES_EVALUATED : 0) +
        (typeof count === 'number' ? count : MATCHES_ASSUMED) * (1 + below)
      )
    case 'create':
    case 'update':
    case 'patch':
    case 'delete':
    case 'transaction':
      return WRITE_COST + below
    default:
      return 1 + below
  }
}
