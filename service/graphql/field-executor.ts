import { Kind, type SelectionSetNode } from 'graphql/language/index.js'
import type { Call } from '../call.ts'
import { fault } from '../fault.ts'
import type { GraphqlFieldOutcome, GraphqlFieldRequest, GraphqlNestedRequest } from '../fhir-service.ts'
import type { JsonObject, JsonValue } from '../resource/content.ts'
import { createTextCache } from './document-cache.ts'
import { completeFetched } from './execution/complete.ts'
import { createExecution, type GraphqlContext, type Task } from './execution/execution.ts'
import { resolveLevel, runLevels } from './execution/levels.ts'
import { DocumentRefusal, errorOf, fieldErrorOf } from './graphql-errors.ts'
import type { FieldDefinition, Model } from './model/type-model.ts'
import { parseDocument } from './parse-document.ts'
import { costOfField } from './plan/cost.ts'
import { type PlannedField, type Planning, planSingleField } from './plan/selection.ts'
import { assertCost } from './prepare.ts'
import { measure } from './validation/measure.ts'
import { coerceArguments } from './values/coerce-arguments.ts'

/** The collecting mode for AppSync. */
export interface FieldExecutor {
  field(call: Call, request: GraphqlFieldRequest): Promise<JsonValue>
  nested(call: Call, requests: readonly GraphqlNestedRequest[]): Promise<readonly GraphqlFieldOutcome[]>
}

type SingleField = Omit<GraphqlFieldRequest, 'operation'>

export function createFieldExecutor(model: Model, context: GraphqlContext): FieldExecutor {
  const limits = context.graphqlLimits
  const cache = createTextCache<SelectionSetNode>(limits.documentsMax, limits.documentLengthMax)
  const parse = (text: string) =>
    text.trim() === '' ? undefined : cache.get(text, () => parseSelectionSet(text, context))

  const plan = (definition: FieldDefinition, request: SingleField): PlannedField => {
    const variables = new Map(Object.entries(request.variables)) as ReadonlyMap<string, JsonValue>
    const planning: Planning = { model, fragments: new Map(), variables, keys: 'field', expressions: undefined }
    const values = coerceArguments(model, definition, request.arguments)
    const selectionSet = parse(request.selectionSet)
    assertCost(costOfField(planning, definition, values, selectionSet), limits)
    return planSingleField(planning, definition, values, selectionSet)
  }

  return {
    async field(call, request) {
      const definition = model.root(request.operation)?.field(request.field)
      if (!definition) throw fault('unsupported', `The field "${request.field}" is not supported here`)
      return executeField(
        context,
        call,
        refusing(() => plan(definition, request)),
      )
    },
    nested: (call, requests) => executeNested(context, call, requests, request => planNested(model, plan, request)),
  }
}

function parseSelectionSet(text: string, { graphqlLimits: { tokensMax, depthMax } }: GraphqlContext): SelectionSetNode {
  const [definition] = parseDocument(text, tokensMax).definitions
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw fault('invalid', 'A selection set was expected')
  const { depth } = measure({ fragments: new Map() }, definition.selectionSet)
  if (depth > depthMax) throw fault('too-costly', `The selection is ${depth} levels deep; the limit is ${depthMax}`)
  return definition.selectionSet
}

/** A text that is no selection set is a fault here: AppSync sends only valid ones. */
function refusing<T>(run: () => T): T {
  try {
    return run()
  } catch (thrown) {
    if (!(thrown instanceof DocumentRefusal)) throw thrown
    throw fault('invalid', thrown.message)
  }
}

/** @throws whatever the root field itself meets; below it failures are left where they belong. */
async function executeField(context: GraphqlContext, call: Call, field: PlannedField): Promise<JsonValue> {
  const execution = createExecution(context, call, { keys: 'field', reshapes: false })
  const task = taskOf(field, {})
  const outcome = (await resolveLevel(execution, [task])).get(task)
  if (!outcome) return null
  if ('thrown' in outcome) throw outcome.thrown
  const data = completeFetched(execution, field, outcome.value, task.path)
  await runLevels(execution)
  return data
}

const taskOf = (field: PlannedField, value: JsonObject): Task => ({
  field,
  value,
  owner: { resource: value, stored: true },
  target: {},
  path: { parent: undefined, key: field.key },
})

function planNested(
  model: Model,
  plan: (definition: FieldDefinition, request: SingleField) => PlannedField,
  request: GraphqlNestedRequest,
): PlannedField {
  const type = model.composite(request.parentType)
  const definition = type?.kind === 'object' ? type.field(request.field) : undefined
  const kind = definition?.access.kind
  if (definition && (kind === 'reference' || kind === 'reverse')) return refusing(() => plan(definition, request))
  throw fault('unsupported', `The field "${request.parentType}.${request.field}" is not resolved by itself`)
}

async function executeNested(
  context: GraphqlContext,
  call: Call,
  requests: readonly GraphqlNestedRequest[],
  planOf: (request: GraphqlNestedRequest) => PlannedField,
): Promise<readonly GraphqlFieldOutcome[]> {
  const execution = createExecution(context, call, { keys: 'field', reshapes: false })
  // A batch is one field of many objects: planned once, unless aliases differ.
  const plans = new Map<string, PlannedField>()
  const places = requests.map((request): Task | GraphqlFieldOutcome => {
    const { parentType, field, arguments: given, selectionSet, variables } = request
    const key = JSON.stringify([parentType, field, given, selectionSet, variables])
    try {
      const planned = plans.get(key) ?? planOf(request)
      plans.set(key, planned)
      const task = taskOf(planned, request.source)
      execution.tasks.push(task)
      return task
    } catch (thrown) {
      return { error: fieldErrorOf(errorOf(call, thrown)) }
    }
  })
  await runLevels(execution)
  return places.map(place =>
    'target' in place ? (place.target[place.field.key] as unknown as GraphqlFieldOutcome) : place,
  )
}
