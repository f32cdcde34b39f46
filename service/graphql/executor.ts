import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Definitions } from '../definitions.ts'
import type { FhirService, GraphqlRequest, GraphqlResult } from '../fhir-service.ts'
import { assertKnownType } from '../interactions/known-type.ts'
import type { JsonObject } from '../resource/content.ts'
import { operationOutcome } from '../resource/operation-outcome.ts'
import { completeObject } from './execution/complete.ts'
import {
  createExecution,
  type Execution,
  expressionBudget,
  type GraphqlContext,
  type Operations,
  type Owner,
} from './execution/execution.ts'
import { runLevels } from './execution/levels.ts'
import { reshape } from './execution/reshape.ts'
import { loadExpressions, mentionsExpressions } from './fhirpath/load.ts'
import { createFieldExecutor, type FieldExecutor } from './field-executor.ts'
import { DocumentRefusal, errorOf } from './graphql-errors.ts'
import { createDescribe } from './introspection/describe.ts'
import { DEFAULT_GRAPHQL_LIMITS, type GraphqlLimits } from './limits.ts'
import { createModel } from './model/model.ts'
import type { Selection } from './plan/selection.ts'
import { createPrepare, type Prepare, type Prepared } from './prepare.ts'

export interface GraphqlDependencies extends ServiceContext {
  readonly operations: Operations
  /** Those that differ from DEFAULT_GRAPHQL_LIMITS. */
  readonly graphqlLimits?: Partial<GraphqlLimits>
  /** As in ServiceOptions. */
  readonly introspection?: 'offered' | 'refused'
}

/** GraphQL over the other operations of the service: what it reads and writes, it reads and writes through them. */
export function createGraphql(
  dependencies: GraphqlDependencies,
): Pick<FhirService, 'graphql' | 'graphqlField' | 'graphqlNested'> {
  const context: GraphqlContext = {
    ...dependencies,
    graphqlLimits: { ...DEFAULT_GRAPHQL_LIMITS, ...dependencies.graphqlLimits },
  }
  const engines = new WeakMap<Definitions, Engine>()
  const engineFor = (call: Call): Engine => {
    const definitions = context.definitions.for(call.tenant)
    const engine =
      engines.get(definitions) ?? createEngine(definitions, context, dependencies.introspection !== 'refused')
    engines.set(definitions, engine)
    return engine
  }
  return {
    graphql: (call, request) => executeDocument(context, call, request, engineFor(call)),
    graphqlField: async (call, request) => engineFor(call).fields.field(call, request),
    graphqlNested: async (call, requests) => engineFor(call).fields.nested(call, requests),
  }
}

/** What is made once for one set of definitions. */
interface Engine {
  readonly describe: (request: GraphqlRequest) => Promise<GraphqlResult | undefined>
  readonly prepare: Prepare
  readonly fields: FieldExecutor
}

function createEngine(definitions: Definitions, context: GraphqlContext, describes: boolean): Engine {
  const model = createModel(definitions)
  return {
    describe: describes ? createDescribe(model, definitions, context.graphqlLimits) : async () => undefined,
    prepare: createPrepare(model, context.graphqlLimits),
    fields: createFieldExecutor(model, context),
  }
}

/** Never rejects: what is wrong with a request is part of its answer. */
async function executeDocument(
  context: GraphqlContext,
  call: Call,
  request: GraphqlRequest,
  { describe, prepare }: Engine,
): Promise<GraphqlResult> {
  try {
    const { focus } = request
    if (focus && 'type' in focus) assertKnownType(context.definitions.for(call.tenant), focus.type)
    const description = await describe(request)
    if (description) return description
    const isExpressive = mentionsExpressions(request.query)
    const expressions = isExpressive ? await loadExpressions(expressionBudget(context)) : undefined
    const prepared = prepare(request, expressions)
    const value = focus ? await focusOf(context, call, focus) : {}
    const execution = createExecution(context, call, { keys: 'response', reshapes: prepared.reshapes, expressions })
    const isStored = !(focus && 'content' in focus)
    const data = await execute(execution, prepared, { resource: value, stored: isStored })
    const shaped = prepared.reshapes && data ? reshape(execution, data) : data
    const { errors, warnings } = execution
    return {
      data: shaped,
      ...(errors.length > 0 && { errors }),
      ...(warnings.size > 0 && { extensions: { resource: operationOutcome([...warnings.values()]) } }),
    }
  } catch (thrown) {
    return { errors: thrown instanceof DocumentRefusal ? thrown.errors : [errorOf(call, thrown)] }
  }
}

async function focusOf(
  context: GraphqlContext,
  call: Call,
  focus: NonNullable<GraphqlRequest['focus']>,
): Promise<JsonObject> {
  if ('content' in focus) return focus.content
  const result = await context.operations.read(call, focus)
  return result.kind === 'found' ? result.version.content() : {}
}

/** null where the selection itself can't be told: GraphQL 6.2.1, of errors that are nowhere below a field. */
async function execute(
  execution: Execution,
  { operation, selection }: Prepared,
  owner: Owner,
): Promise<JsonObject | null> {
  const value = owner.resource
  const run = async (part: Selection): Promise<JsonObject | null> => {
    const data = completeObject(execution, part, value, owner, undefined)
    await runLevels(execution)
    return data
  }
  if (operation.operation !== 'mutation' || selection.refusal) return run(selection)
  const data: JsonObject = {}
  execution.origins?.set(data, { selection, source: value })
  // GraphQL 6.2.2: one after the other, each with everything below it.
  for (const field of selection.fields) Object.assign(data, await run({ ...selection, fields: [field] }))
  return data
}
