import {
  type ASTNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  Kind,
  type OperationDefinitionNode,
  type VariableNode,
} from 'graphql/language/index.js'
import type { GraphqlError } from '../../fhir-service.ts'
import { DocumentRefusal, documentError } from '../graphql-errors.ts'
import type { Model, ObjectType } from '../model/type-model.ts'
import type { InputShape } from '../values/input-shape.ts'

/** What the rules share while they look at one document. */
export interface Validation {
  readonly model: Model
  /** Type of the root fields; at instance level that of the resource. undefined: there is no such operation. */
  readonly root: (operation: OperationDefinitionNode) => ObjectType | undefined
  readonly operations: readonly OperationDefinitionNode[]
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  report(message: string, nodes: readonly ASTNode[]): void
}

/** What an operation or a fragment uses itself, without the fragments that it spreads. */
export interface Usage {
  readonly spreads: FragmentSpreadNode[]
  readonly variables: VariableUse[]
}

export interface VariableUse {
  readonly node: VariableNode
  /** undefined where anything may stand. */
  readonly expected: InputShape | undefined
}

export type UsageOf = ReadonlyMap<OperationDefinitionNode | FragmentDefinitionNode, Usage>

/** A document of mistakes is not worth listing all of them. */
const ERRORS_MAX = 100

export function collector(): { readonly errors: GraphqlError[]; report: Validation['report'] } {
  const errors: GraphqlError[] = []
  return {
    errors,
    report(message, nodes) {
      if (errors.length >= ERRORS_MAX) {
        errors.push(documentError('Too many validation errors, error limit reached. Validation aborted.', []))
        throw new DocumentRefusal(errors)
      }
      errors.push(documentError(message, nodes))
    },
  }
}

/** The first fragment of each name; what else is wrong with the definitions is reported by their own rules. */
export function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION || fragments.has(definition.name.value)) continue
    fragments.set(definition.name.value, definition)
  }
  return fragments
}

export const operationsOf = (document: DocumentNode): readonly OperationDefinitionNode[] =>
  document.definitions.filter(definition => definition.kind === Kind.OPERATION_DEFINITION)
