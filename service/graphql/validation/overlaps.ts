import { type FieldNode, Kind, print, type SelectionSetNode } from 'graphql/language/index.js'
import { compositeOfField, fieldOf, isTypeLiteral } from '../model/positions.ts'
import type { CompositeType, FieldDefinition } from '../model/type-model.ts'
import type { Validation } from './validation.ts'

/**
 * GraphQL 5.3.2: fields with one response name can be merged. Each group of them is compared with its first member, and
 * what lies below is merged once, so that the work grows with the fields of the spread-out document, not with their
 * pairs.
 */
export function checkOverlaps(
  validation: Validation,
  selectionSet: SelectionSetNode,
  parent: CompositeType | undefined,
): void {
  for (const conflict of conflictsIn(validation, [{ selectionSet, parent }], 'all')) {
    const advice = 'Use different aliases on the fields to fetch both if this was intentional.'
    validation.report(
      `Fields "${conflict.key}" conflict because ${describe(conflict)}. ${advice}`,
      conflict.sides.flat(),
    )
  }
}

interface Entry {
  readonly node: FieldNode
  /** The object type that the field is selected on; undefined where it may be several. */
  readonly parent: string | undefined
  readonly field: FieldDefinition | undefined
  readonly type: CompositeType | undefined
}

interface Position {
  readonly selectionSet: SelectionSetNode
  readonly parent: CompositeType | undefined
}

interface Conflict {
  readonly key: string
  /** The fields on either side, outermost first. */
  readonly sides: readonly [readonly FieldNode[], readonly FieldNode[]]
  readonly reason: string | readonly Conflict[]
}

/** shape: the fields are never selected on one object, so that only the shapes of their values must agree. */
type Agreement = 'all' | 'shape'

function conflictsIn(validation: Validation, positions: readonly Position[], agreement: Agreement): Conflict[] {
  const conflicts: Conflict[] = []
  for (const [key, entries] of entriesOf(validation, positions)) {
    conflicts.push(...conflictsOf(validation, key, entries, agreement))
  }
  return conflicts
}

function conflictsOf(
  validation: Validation,
  key: string,
  entries: readonly Entry[],
  agreement: Agreement,
): readonly Conflict[] {
  const [first] = entries
  if (!first) return []
  // What one field holds stands for itself; below several, the conflict is one of theirs.
  if (entries.length === 1) return conflictsIn(validation, positionsBelow(entries), agreement)
  const groups = agreement === 'all' ? byParent(entries) : []
  for (const group of groups) {
    const conflict = firstConflict(key, group, sameFieldReason)
    if (conflict) return [conflict]
  }
  const conflict = firstConflict(key, entries, shapeReason)
  if (conflict) return [conflict]
  const below = [
    ...groups.flatMap(group => conflictsIn(validation, positionsBelow(group), 'all')),
    ...(groups.length === 1 ? [] : conflictsIn(validation, positionsBelow(entries), 'shape')),
  ]
  return below.length > 0 ? [{ key, sides: sidesAround(entries, below), reason: below }] : []
}

function firstConflict(
  key: string,
  entries: readonly Entry[],
  reasonOf: (first: Entry, entry: Entry) => string | undefined,
): Conflict | undefined {
  const [first, ...rest] = entries
  for (const entry of rest) {
    const reason = first && reasonOf(first, entry)
    if (first && reason !== undefined) return { key, sides: [[first.node], [entry.node]], reason }
  }
  return undefined
}

function sidesAround(entries: readonly Entry[], below: readonly Conflict[]): Conflict['sides'] {
  const around = (entry: Entry | undefined, side: 0 | 1): readonly FieldNode[] => [
    ...(entry ? [entry.node] : []),
    ...below.flatMap(conflict => conflict.sides[side]),
  ]
  return [around(entries[0], 0), around(entries.at(-1), 1)]
}

/** Groups of entries that may be selected on the same object. */
function byParent(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const groups = new Map<string, Entry[]>()
  const anywhere: Entry[] = []
  for (const entry of entries) {
    if (entry.parent === undefined) anywhere.push(entry)
    else groups.set(entry.parent, [...(groups.get(entry.parent) ?? []), entry])
  }
  if (groups.size === 0) return [anywhere]
  return [...groups.values()].map(group => [...anywhere, ...group])
}

function shapeReason(first: Entry, entry: Entry): string | undefined {
  const [a, b] = [first.field, entry.field]
  if (!a || !b || a === b) return undefined
  const conflict = a.list !== b.list || a.leaf !== b.leaf || (a.leaf && a.type !== b.type)
  return conflict ? `they return conflicting types "${writeType(a)}" and "${writeType(b)}"` : undefined
}

const writeType = ({ type, list }: FieldDefinition): string => (list ? `[${type}]` : type)

function sameFieldReason(first: Entry, entry: Entry): string | undefined {
  const [a, b] = [first.node, entry.node]
  if (a.name.value !== b.name.value) return `"${a.name.value}" and "${b.name.value}" are different fields`
  const [given, other] = [writeArguments(first), writeArguments(entry)]
  if (given !== other) return 'they have differing arguments'
  return writeDirectives(a) === writeDirectives(b) ? undefined : 'they have differing directives'
}

/** R4 graphql.html#references: `resource(type: Patient) {...} resource(type: Group) {...}` stand side by side. */
const writeArguments = ({ node: { arguments: given = [] }, field }: Entry): string =>
  given
    .filter(({ name, value }) => !(field?.access.kind === 'reference' && name.value === 'type' && isTypeLiteral(value)))
    .map(argument => print(argument))
    .sort()
    .join(' ')

const writeDirectives = ({ directives = [] }: FieldNode): string =>
  directives
    .filter(({ name }) => name.value !== 'skip' && name.value !== 'include')
    .map(directive => print(directive))
    .sort()
    .join(' ')

const positionsBelow = (entries: readonly Entry[]): readonly Position[] =>
  entries.flatMap(({ node: { selectionSet }, type }) => (selectionSet ? [{ selectionSet, parent: type }] : []))

function entriesOf(validation: Validation, positions: readonly Position[]): ReadonlyMap<string, readonly Entry[]> {
  const entries = new Map<string, Entry[]>()
  const spread = new Set<string>()
  const collect = ({ selectionSet, parent }: Position): void => {
    for (const selection of selectionSet.selections) {
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value
        const entry = entryOf(validation, selection, parent)
        const group = entries.get(key)
        if (group) group.push(entry)
        else entries.set(key, [entry])
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value
        const type = condition === undefined ? parent : validation.model.composite(condition)
        collect({ selectionSet: selection.selectionSet, parent: type })
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value)
        const fragment = validation.fragments.get(selection.name.value)
        if (!fragment) continue
        const type = validation.model.composite(fragment.typeCondition.name.value)
        collect({ selectionSet: fragment.selectionSet, parent: type })
      }
    }
  }
  for (const position of positions) collect(position)
  return entries
}

function entryOf({ model }: Validation, node: FieldNode, parent: CompositeType | undefined): Entry {
  const field = parent && fieldOf(parent, node.name.value)
  const type = field && !field.leaf ? compositeOfField(model, field, node) : undefined
  const owner = parent?.kind === 'union' && node.name.value !== '__typename' ? parent.narrowed : parent
  return { node, parent: owner?.kind === 'object' ? owner.name : undefined, field, type }
}

function describe({ reason }: Conflict): string {
  if (typeof reason === 'string') return reason
  return reason.map(conflict => `subfields "${conflict.key}" conflict because ${describe(conflict)}`).join(' and ')
}
