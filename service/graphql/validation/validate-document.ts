import type { DocumentNode, FragmentDefinitionNode, OperationDefinitionNode } from 'graphql/language/index.js'
import { fault } from '../../fault.ts'
import type { GraphqlError } from '../../fhir-service.ts'
import { graphqlErrorOfFault } from '../graphql-errors.ts'
import type { GraphqlLimits } from '../limits.ts'
import type { Model, ObjectType } from '../model/type-model.ts'
import {
  checkExecutable,
  checkFragmentCycles,
  checkFragmentNames,
  checkOperationNames,
  checkUnusedFragments,
} from './definitions.ts'
import { checkDirectives, type DirectiveLocation } from './directives.ts'
import { measure } from './measure.ts'
import { checkOverlaps } from './overlaps.ts'
import { checkFragment, checkSelections } from './selections.ts'
import { collector, fragmentsOf, operationsOf, type Usage, type Validation } from './validation.ts'
import { checkVariableDefinitions, checkVariableUses } from './variables.ts'

const LOCATIONS: Readonly<Record<OperationDefinitionNode['operation'], DirectiveLocation>> = {
  query: 'QUERY',
  mutation: 'MUTATION',
  subscription: 'SUBSCRIPTION',
}

/**
 * Every mistake of a document, in the words of graphql-js where the rule is GraphQL's; docs/implementation/graphql.md
 * lists the rules. Limits come before the comparison of overlapping fields, whose work they bound.
 */
export function validateDocument(
  model: Model,
  document: DocumentNode,
  root: (operation: OperationDefinitionNode) => ObjectType | undefined,
  limits: Pick<GraphqlLimits, 'depthMax' | 'fieldsMax'>,
): readonly GraphqlError[] {
  const { errors, report } = collector()
  const operations = operationsOf(document)
  const validation: Validation = { model, root, operations, fragments: fragmentsOf(document), report }
  checkExecutable(validation, document)
  checkOperationNames(validation)
  checkFragmentNames(validation, document)
  checkDefinitions(validation)
  if (errors.length === 0) errors.push(...operations.flatMap(operation => limitErrors(validation, operation, limits)))
  if (errors.length > 0) return errors
  for (const operation of operations) checkOverlaps(validation, operation.selectionSet, root(operation))
  return errors
}

function checkDefinitions(validation: Validation): void {
  const usageOf = new Map<OperationDefinitionNode | FragmentDefinitionNode, Usage>()
  for (const operation of validation.operations) {
    const usage: Usage = { spreads: [], variables: [] }
    usageOf.set(operation, usage)
    checkVariableDefinitions(validation, operation, usage)
    checkDirectives(validation, operation.directives, LOCATIONS[operation.operation], usage)
    checkSelections(validation, operation.selectionSet, validation.root(operation), usage)
  }
  for (const fragment of validation.fragments.values()) {
    const usage: Usage = { spreads: [], variables: [] }
    usageOf.set(fragment, usage)
    checkFragment(validation, fragment, usage)
  }
  checkFragmentCycles(validation, usageOf)
  checkUnusedFragments(validation, usageOf)
  for (const operation of validation.operations) checkVariableUses(validation, usageOf, operation)
}

function limitErrors(
  validation: Validation,
  operation: OperationDefinitionNode,
  { depthMax, fieldsMax }: Pick<GraphqlLimits, 'depthMax' | 'fieldsMax'>,
): GraphqlError[] {
  const { depth, fields } = measure(validation, operation.selectionSet)
  const tooCostly = (message: string) => [graphqlErrorOfFault(fault('too-costly', message), { nodes: [operation] })]
  if (depth > depthMax) return tooCostly(`The document is ${depth} levels deep; the limit is ${depthMax}`)
  if (fields > fieldsMax) return tooCostly(`The document selects ${fields} fields; the limit is ${fieldsMax}`)
  return []
}
