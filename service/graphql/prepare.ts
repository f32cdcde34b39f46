import type { FragmentDefinitionNode, OperationDefinitionNode } from 'graphql/language/index.js'
import { fault } from '../fault.ts'
import type { GraphqlRequest } from '../fhir-service.ts'
import { createTextCache } from './document-cache.ts'
import type { Expressions } from './fhirpath/expression-types.ts'
import { DocumentRefusal, documentError, located } from './graphql-errors.ts'
import type { GraphqlLimits } from './limits.ts'
import type { Model, ObjectType } from './model/type-model.ts'
import { parseDocument } from './parse-document.ts'
import { costOf } from './plan/cost.ts'
import { type Planning, planOperation, type Selection } from './plan/selection.ts'
import { validateDocument } from './validation/validate-document.ts'
import { fragmentsOf, operationsOf } from './validation/validation.ts'
import { coerceVariables } from './values/coerce-variables.ts'

/** A request that may be executed: valid, within the limits, its variables in place. */
export interface Prepared {
  readonly operation: OperationDefinitionNode
  readonly selection: Selection
  /** Whether any directive moves values about. R4 graphql.html#flattening */
  readonly reshapes: boolean
}

export type Prepare = (request: GraphqlRequest, expressions: Expressions | undefined) => Prepared

/** A document that is valid for one root type. */
interface Checked {
  readonly operations: readonly OperationDefinitionNode[]
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly reshapes: boolean
}

/** Everything that is done before anything is read. The result throws DocumentRefusal, or Fault. */
export function createPrepare(model: Model, limits: GraphqlLimits): Prepare {
  const cache = createTextCache<Checked>(limits.documentsMax, limits.documentLengthMax)
  return (request, expressions) => {
    const focus = request.focus && typeOf(request.focus)
    // The focus decides what is valid, and no document begins with a type's name and a line break of its own.
    const text = `${focus ?? ''}\n${request.query}`
    const checked = cache.get(text, () => checkDocument(model, limits, request.query, focus))
    const operation = chooseOperation(checked.operations, request.operationName)
    if (operation.operation === 'mutation' && request.mutations === 'refused') {
      throw fault('method-not-allowed', 'Mutations are sent by POST.')
    }
    const root = rootOf(model, focus)(operation)
    if (!root) throw new DocumentRefusal([noSuchRoot(operation)])
    const variables = coerceVariables(model, operation, request.variables ?? {})
    if (variables.errors) throw new DocumentRefusal(variables.errors)
    const { fragments } = checked
    const planning: Planning = { model, fragments, variables: variables.values, keys: 'response', expressions }
    const selection = located(operation, () => {
      assertCost(costOf(planning, operation.selectionSet, root), limits)
      return planOperation(planning, operation.selectionSet, root)
    })
    return { operation, selection, reshapes: checked.reshapes }
  }
}

const RESHAPING = /@(?:flatten|singleton|slice)\b/

function checkDocument(model: Model, limits: GraphqlLimits, text: string, focus: string | undefined): Checked {
  const document = parseDocument(text, limits.tokensMax)
  const errors = validateDocument(model, document, rootOf(model, focus), limits)
  if (errors.length > 0) throw new DocumentRefusal(errors)
  return { operations: operationsOf(document), fragments: fragmentsOf(document), reshapes: RESHAPING.test(text) }
}

const typeOf = (focus: NonNullable<GraphqlRequest['focus']>): string =>
  'content' in focus ? focus.content.resourceType : focus.type

/** At instance level the fields of the resource are the root. R4 graphql.html#invoking */
const rootOf =
  (model: Model, focus: string | undefined) =>
  ({ operation }: OperationDefinitionNode): ObjectType | undefined => {
    if (focus === undefined) return model.root(operation)
    const type = operation === 'query' ? model.composite(focus) : undefined
    return type?.kind === 'object' ? type : undefined
  }

const noSuchRoot = (operation: OperationDefinitionNode) =>
  documentError(`The operation "${operation.operation}" is not supported here.`, [operation])

/** GraphQL 6.1 */
function chooseOperation(
  operations: readonly OperationDefinitionNode[],
  name: string | undefined,
): OperationDefinitionNode {
  const [first] = operations
  if (!first) throw new DocumentRefusal([documentError('Must provide an operation.', [])])
  if (name === undefined) {
    if (operations.length === 1) return first
    const message = 'Must provide operation name if query contains multiple operations.'
    throw new DocumentRefusal([documentError(message, [])])
  }
  const named = operations.find(operation => operation.name?.value === name)
  if (named) return named
  throw new DocumentRefusal([documentError(`Unknown operation named "${name}".`, [])])
}

/** @throws Fault too-costly */
export function assertCost(cost: number, { costMax }: GraphqlLimits): void {
  if (cost <= costMax) return
  const estimate = Number.isFinite(cost) ? `an estimated ${cost}` : 'endlessly many'
  throw fault('too-costly', `The document asks for ${estimate} values; the limit is ${costMax}`)
}
