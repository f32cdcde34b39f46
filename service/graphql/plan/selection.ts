import { type FieldNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql/language/index.js'
import { fault } from '../../fault.ts'
import type { GraphqlError } from '../../fhir-service.ts'
import { invariant } from '../../invariant.ts'
import type { Expressions } from '../fhirpath/expression-types.ts'
import { DocumentRefusal, documentError, located } from '../graphql-errors.ts'
import { compositeOfField, isTypeLiteral } from '../model/positions.ts'
import type { CompositeType, FieldDefinition, Model, ObjectType } from '../model/type-model.ts'
import type { VariableValues } from '../values/coerce-literal.ts'
import { type ArgumentValues, argumentValues, listOf } from './argument-values.ts'
import { type ListNarrowing, listNarrowingOf } from './list-narrowing.ts'
import { prefetchKey } from './prefetch-key.ts'
import { type Reshaping, reshapingOf } from './reshaping.ts'

/** What one request plans with. */
export interface Planning {
  readonly model: Model
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly variables: VariableValues
  /**
   * response: keys are response names. field: keys are field names, for AppSync, whose default resolvers pick by them;
   * aliases of a field are united.
   */
  readonly keys: 'response' | 'field'
  /** For lists and slices, which are made by response name alone; undefined where the document has no FHIRPath. */
  readonly expressions: Expressions | undefined
}

/** What is selected on objects of one type, fragments spread out and fields of one key merged. */
export interface Selection {
  readonly type: ObjectType
  readonly fields: readonly PlannedField[]
  /** A fragment without a body was spread here (AppSync leaves them out): everything plain may have been asked for. */
  readonly everything: boolean
  /** Whether objects say their type, as AppSync needs it where a field may be of several. */
  readonly typename: boolean
  /** Why there is nothing of such an object, said wherever one would be: a condition that is null. */
  readonly refusal: GraphqlError | undefined
}

export interface PlannedField {
  readonly key: string
  readonly definition: FieldDefinition
  readonly nodes: readonly [FieldNode, ...FieldNode[]]
  readonly arguments: ArgumentValues
  /** Why it has no value, said wherever it would have one: a required argument that is null. */
  readonly refusal: GraphqlError | undefined
  readonly narrowing: ListNarrowing | undefined
  readonly reshaping: Reshaping | undefined
  /** What is selected below, by the type of the value; undefined on leaves. */
  readonly below: Below | undefined
}

export interface Below {
  of(typeName: string): Selection
}

export function planOperation(planning: Planning, selectionSet: SelectionSetNode, type: ObjectType): Selection {
  return planSelection(planning, [selectionSet], type, { everything: false, typename: false })
}

/** One field as AppSync asks for it: the values of its arguments are known, and its selection stands alone. */
export function planSingleField(
  planning: Planning,
  definition: FieldDefinition,
  values: ArgumentValues,
  selectionSet: SelectionSetNode | undefined,
): PlannedField {
  const type = definition.leaf ? undefined : planning.model.composite(definition.type)
  const below = type && belowOf(planning, selectionSet ? [selectionSet] : [], type, false)
  return { ...plainLeaf(definition), arguments: values, below }
}

/** What a position hands down: see Selection. */
interface Inherited {
  readonly everything: boolean
  readonly typename: boolean
}

function planSelection(
  planning: Planning,
  sets: readonly SelectionSetNode[],
  type: ObjectType,
  inherited: Inherited,
): Selection {
  const collected = executed(() => collect(planning, sets, type))
  const { typename } = inherited
  if ('refusal' in collected) return { type, fields: [], everything: false, typename, refusal: collected.refusal }
  const everything = inherited.everything || collected.everything
  const fields: PlannedField[] = []
  for (const group of collected.groups.values()) fields.push(planField(planning, group, everything))
  if (everything && type.path === undefined) fields.push(...remainingFields(planning, type, fields))
  if (planning.keys === 'response') return { type, fields, everything, typename, refusal: undefined }
  if (!everything) fields.push(...fieldsForResolvers(type, fields))
  // AppSync tells no defaults of variables: it knows the value itself, and asks for the field by a batch.
  const known = fields.filter(field => !field.refusal)
  return { type, fields: known, everything, typename, refusal: undefined }
}

/**
 * GraphQL 6.4.1: what is wrong with the values of variables where they are used is an error of that place, and not of
 * the document.
 */
function executed<T extends object>(run: () => T): T | { readonly refusal: GraphqlError | undefined } {
  try {
    return run()
  } catch (thrown) {
    if (thrown instanceof DocumentRefusal) return { refusal: thrown.errors[0] }
    throw thrown
  }
}

interface Group {
  readonly key: string
  readonly definition: FieldDefinition
  readonly nodes: readonly [FieldNode, ...FieldNode[]]
  readonly arguments: ArgumentValues
  readonly refusal: GraphqlError | undefined
}

/** References to several types, each with a selection of its own, are one field that gives any of them. */
function merged(known: Group, group: Group): Group {
  const nodes: Group['nodes'] = [...known.nodes, ...group.nodes]
  if (known.definition.access.kind !== 'reference') return { ...known, nodes }
  const [types, more] = [known, group].map(each => each.arguments.get('type'))
  const { type: _type, ...others } = Object.fromEntries(known.arguments)
  const all = types === undefined || more === undefined ? [] : [...new Set([...listOf(types), ...listOf(more)])]
  const values = new Map(Object.entries({ ...others, ...(all.length > 0 && { type: all }) }))
  return { ...known, nodes, arguments: values }
}

interface Collected {
  readonly groups: ReadonlyMap<string, Group>
  readonly everything: boolean
}

function collect(planning: Planning, sets: readonly SelectionSetNode[], type: ObjectType): Collected {
  const groups = new Map<string, Group>()
  const spread = new Set<string>()
  let everything = false

  const visit = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (!isIncluded(planning, selection)) continue
      if (selection.kind === Kind.FIELD) {
        const group = groupOf(planning, selection, type)
        const known = groups.get(group.key)
        groups.set(group.key, known ? merged(known, group) : group)
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value
        if (condition === undefined || applies(condition, type)) visit(selection.selectionSet)
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value)
        const fragment = planning.fragments.get(selection.name.value)
        if (!fragment) everything = true
        else if (applies(fragment.typeCondition.name.value, type)) visit(fragment.selectionSet)
      }
    }
  }

  for (const set of sets) visit(set)
  return { groups, everything }
}

const applies = (condition: string, type: ObjectType): boolean =>
  condition === type.name || (condition === 'Resource' && type.resource)

/**
 * GraphQL 3.13.1 and 3.13.2. A condition that is not known, as AppSync may leave it, includes; in a document of our own
 * only a default lets it be null.
 */
function isIncluded({ variables, keys }: Planning, { directives }: Pick<FieldNode, 'directives'>): boolean {
  if (!directives || directives.length === 0) return true
  for (const { name, arguments: given } of directives) {
    if (name.value !== 'skip' && name.value !== 'include') continue
    const node = given?.find(argument => argument.name.value === 'if')?.value
    const value =
      node?.kind === Kind.VARIABLE ? variables.get(node.name.value) : node?.kind === Kind.BOOLEAN && node.value
    if (node && value === null && keys === 'response') {
      throw new DocumentRefusal([documentError('Argument "if" of non-null type "Boolean!" must not be null.', [node])])
    }
    if (value === (name.value === 'skip')) return false
  }
  return true
}

function groupOf(planning: Planning, node: FieldNode, type: ObjectType): Group {
  const name = node.name.value
  // What is selected of a resource of any type, a type may not have: it is null there.
  const definition = type.field(name) ?? (type.resource ? planning.model.composite('Resource')?.field(name) : undefined)
  if (!definition) throw fault('invalid', `Cannot query field "${name}" on type "${type.name}".`)
  const values = executed(() =>
    placed(planning, node, () => argumentValues(planning.model, definition, node, planning.variables)),
  )
  const [refusal, given] = 'refusal' in values ? [values.refusal, NO_VALUES] : [undefined, values]
  return { key: keyOf(planning, node, definition, given), definition, nodes: [node], arguments: given, refusal }
}

/** AppSync says itself where a field is. */
const placed = <T>({ keys }: Planning, node: FieldNode, run: () => T): T =>
  keys === 'response' ? located(node, run) : run()

function keyOf(planning: Planning, node: FieldNode, definition: FieldDefinition, values: ArgumentValues): string {
  if (planning.keys === 'response') return node.alias?.value ?? node.name.value
  return isPlain(definition) ? node.name.value : prefetchKey(node.name.value, values)
}

/** Whether a field's value is part of the value that it is selected on. */
function isPlain({ access: { kind } }: FieldDefinition): boolean {
  return (
    kind === 'property' ||
    kind === 'primitive-extension' ||
    kind === 'resource-type' ||
    kind === 'type-name' ||
    kind === 'member'
  )
}

function planField(planning: Planning, group: Group, everything: boolean): PlannedField {
  const { key, definition, nodes, arguments: values, refusal } = group
  const [node] = nodes
  const isElement = definition.access.kind === 'property' || definition.access.kind === 'primitive-extension'
  // AppSync's resolvers narrow lists themselves, for each alias.
  const isNarrowed = isElement && planning.keys === 'response'
  const { expressions } = planning
  const narrowing = isNarrowed
    ? placed(planning, node, () => listNarrowingOf(definition, node, values, expressions))
    : undefined
  const reshaping =
    planning.keys === 'response' ? placed(planning, node, () => reshapingOf(node, expressions)) : undefined
  const below = definition.leaf ? undefined : planBelow(planning, group, everything)
  return { key, definition, nodes, arguments: values, refusal, narrowing, reshaping, below }
}

function planBelow(planning: Planning, { definition, nodes }: Group, everything: boolean): Below {
  const type = compositeOfField(planning.model, definition, nodes[0])
  invariant(type, `the type ${definition.type} of a field exists`)
  const isOfSeveral = definition.access.kind === 'reference' && nodes.length > 1
  const sets = nodes.flatMap(node => {
    if (!node.selectionSet) return []
    return isOfSeveral ? [onlyOnItsType(node, node.selectionSet)] : [node.selectionSet]
  })
  const compared = planning.keys === 'field' && definition.list ? [...sets, comparedBy(definition, nodes)] : sets
  return belowOf(planning, compared, type, everything)
}

/** What AppSync's resolvers for lists with arguments compare must be there, selected or not. */
function comparedBy(definition: FieldDefinition, nodes: readonly FieldNode[]): SelectionSetNode {
  const isOfElements = definition.access.kind === 'property'
  const given = isOfElements ? nodes.flatMap(node => node.arguments ?? []) : []
  const selections = given
    .filter(({ name }) => name.value !== '_offset' && name.value !== '_count')
    .map(({ name }) => ({ kind: Kind.FIELD, name }) as const)
  return { kind: Kind.SELECTION_SET, selections }
}

/** What `resource(type: Patient) {...}` selects, as a fragment on Patient. */
function onlyOnItsType(node: FieldNode, selectionSet: SelectionSetNode): SelectionSetNode {
  const type = node.arguments?.find(({ name }) => name.value === 'type')?.value
  if (!type || !isTypeLiteral(type)) return selectionSet
  const name = { kind: Kind.NAME, value: type.value } as const
  const typeCondition = { kind: Kind.NAMED_TYPE, name } as const
  return { kind: Kind.SELECTION_SET, selections: [{ kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet }] }
}

function belowOf(
  planning: Planning,
  sets: readonly SelectionSetNode[],
  type: CompositeType,
  everything: boolean,
): Below {
  if (type.kind === 'object') {
    const selection = planSelection(planning, sets, type, { everything, typename: false })
    return { of: () => selection }
  }
  const typename = planning.keys === 'field'
  const known = new Map<string, Selection>()
  return {
    of(typeName) {
      const before = known.get(typeName)
      if (before) return before
      const concrete = planning.model.composite(typeName)
      invariant(concrete?.kind === 'object', `${typeName} is a resource type`)
      const selection = planSelection(planning, sets, concrete, { everything, typename })
      known.set(typeName, selection)
      return selection
    },
  }
}

/** Connections and edges have no value to copy everything from: their fields are made when they are planned. */
const remainingFields = (planning: Planning, type: ObjectType, fields: readonly PlannedField[]): PlannedField[] =>
  type.plainFields
    .filter(({ name }) => !fields.some(({ key }) => key === name))
    .map(definition => {
      const composite = definition.leaf ? undefined : planning.model.composite(definition.type)
      const below = composite && belowOf(planning, [], composite, true)
      return { ...plainLeaf(definition), below }
    })

/** Fields that AppSync's resolvers for Reference.resource and reverse lists read from the object they are on. */
function fieldsForResolvers(type: ObjectType, fields: readonly PlannedField[]): readonly PlannedField[] {
  const kinds = new Set(fields.map(({ definition }) => definition.access.kind))
  const needed = [...(kinds.has('reference') ? ['reference', 'type'] : []), ...(kinds.has('reverse') ? ['id'] : [])]
  return needed.flatMap(name => {
    const definition = type.field(name)
    if (!definition || fields.some(({ key }) => key === name)) return []
    return [plainLeaf(definition)]
  })
}

const NO_VALUES: ArgumentValues = new Map()

const plainLeaf = (definition: FieldDefinition): PlannedField => ({
  key: definition.name,
  definition,
  nodes: [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: definition.name } }],
  arguments: NO_VALUES,
  refusal: undefined,
  narrowing: undefined,
  reshaping: undefined,
  below: undefined,
})
