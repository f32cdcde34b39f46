import {
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type InlineFragmentNode,
  Kind,
  type NamedTypeNode,
  print,
  type SelectionSetNode,
} from 'graphql/language/index.js'
import { compositeOfField, fieldOf, mayBe } from '../model/positions.ts'
import type { CompositeType, FieldDefinition } from '../model/type-model.ts'
import { checkArguments } from './arguments.ts'
import { checkDirectives } from './directives.ts'
import { suggestion } from './suggestion.ts'
import type { Usage, Validation } from './validation.ts'

/**
 * GraphQL 5.3 and 5.5.1.2 to 5.5.2: the fields and fragments of a selection. parent is undefined below what is unknown.
 */
export function checkSelections(
  validation: Validation,
  selectionSet: SelectionSetNode,
  parent: CompositeType | undefined,
  usage: Usage,
): void {
  for (const selection of selectionSet.selections) {
    switch (selection.kind) {
      case Kind.FIELD:
        checkField(validation, selection, parent, usage)
        break
      case Kind.INLINE_FRAGMENT:
        checkInlineFragment(validation, selection, parent, usage)
        break
      case Kind.FRAGMENT_SPREAD:
        checkSpread(validation, selection, parent, usage)
        break
    }
  }
}

function checkField(validation: Validation, node: FieldNode, parent: CompositeType | undefined, usage: Usage): void {
  const field = parent && fieldOf(parent, node.name.value)
  if (parent && !field) validation.report(unknownField(node, parent), [node])
  checkArguments(validation, node, field?.arguments, `field "${parent?.name}.${node.name.value}"`, usage)
  checkDirectives(validation, node.directives, 'FIELD', usage)
  if (node.alias?.value === '__proto__') {
    validation.report('The alias "__proto__" is not supported.', [node])
  }
  if (field) checkLeaf(validation, node, field)
  if (node.selectionSet) {
    const type = field && !field.leaf ? compositeOfField(validation.model, field, node) : undefined
    checkSelections(validation, node.selectionSet, type, usage)
  }
}

function unknownField({ name: { value } }: FieldNode, parent: CompositeType): string {
  if (value === '__schema' || value === '__type')
    return 'Introspection is not offered here, nor beside other fields: the schema is a file.'
  const message = `Cannot query field "${value}" on type "${parent.name}".`
  if (parent.kind === 'union') return `${message} Did you mean to name a type: "... on Patient { ${value} }"?`
  return message + suggestion(value, parent.fieldNames())
}

/** GraphQL 5.3.3 */
function checkLeaf({ report }: Validation, node: FieldNode, field: FieldDefinition): void {
  const name = node.name.value
  const type = field.list ? `[${field.type}]` : field.type
  if (field.leaf && node.selectionSet) {
    report(`Field "${name}" must not have a selection since type "${type}" has no subfields.`, [node.selectionSet])
  } else if (!field.leaf && !node.selectionSet) {
    const advice = `Did you mean "${name} { ... }"?`
    report(`Field "${name}" of type "${type}" must have a selection of subfields. ${advice}`, [node])
  }
}

function checkInlineFragment(
  validation: Validation,
  node: InlineFragmentNode,
  parent: CompositeType | undefined,
  usage: Usage,
): void {
  const condition = node.typeCondition
  const type = condition ? conditionType(validation, condition, 'Fragment') : parent
  if (condition && type && parent && !mayBe(parent, type)) {
    const types = `objects of type "${parent.name}" can never be of type "${type.name}"`
    validation.report(`Fragment cannot be spread here as ${types}.`, [node])
  }
  checkDirectives(validation, node.directives, 'INLINE_FRAGMENT', usage)
  checkSelections(validation, node.selectionSet, type, usage)
}

function checkSpread(
  validation: Validation,
  node: FragmentSpreadNode,
  parent: CompositeType | undefined,
  usage: Usage,
): void {
  const name = node.name.value
  usage.spreads.push(node)
  checkDirectives(validation, node.directives, 'FRAGMENT_SPREAD', usage)
  const fragment = validation.fragments.get(name)
  if (!fragment) {
    validation.report(`Unknown fragment "${name}".`, [node.name])
    return
  }
  const type = validation.model.composite(fragment.typeCondition.name.value)
  if (type && parent && !mayBe(parent, type)) {
    const types = `objects of type "${parent.name}" can never be of type "${type.name}"`
    validation.report(`Fragment "${name}" cannot be spread here as ${types}.`, [node])
  }
}

export function checkFragment(validation: Validation, node: FragmentDefinitionNode, usage: Usage): void {
  const type = conditionType(validation, node.typeCondition, `Fragment "${node.name.value}"`)
  checkDirectives(validation, node.directives, 'FRAGMENT_DEFINITION', usage)
  checkSelections(validation, node.selectionSet, type, usage)
}

/** GraphQL 5.5.1.2 and 5.5.1.3 */
function conditionType(validation: Validation, condition: NamedTypeNode, owner: string): CompositeType | undefined {
  const name = condition.name.value
  const type = validation.model.composite(name)
  if (type) return type
  if (validation.model.isType(name)) {
    validation.report(`${owner} cannot condition on non composite type "${print(condition)}".`, [condition])
  } else {
    validation.report(`Unknown type "${name}".`, [condition])
  }
  return undefined
}
