import type { Call } from '../../call.ts'
import type { ServiceContext } from '../../context.ts'
import type { Definitions } from '../../definitions.ts'
import { fault, type Issue } from '../../fault.ts'
import type { FhirService, GraphqlError } from '../../fhir-service.ts'
import type { JsonObject, JsonValue, ResourceContent } from '../../resource/content.ts'
import type { ExpressionBudget, Expressions } from '../fhirpath/expression-types.ts'
import { loadExpressions } from '../fhirpath/load.ts'
import type { GraphqlLimits } from '../limits.ts'
import type { PlannedField, Selection } from '../plan/selection.ts'
import type { PathStep } from './response-path.ts'

export type Operations = Omit<FhirService, 'graphql' | 'graphqlField' | 'graphqlNested'>

/** What createGraphql works with. */
export interface GraphqlContext extends ServiceContext {
  readonly operations: Operations
  readonly graphqlLimits: GraphqlLimits
}

/** One request while it runs. */
export interface Execution {
  readonly context: GraphqlContext
  readonly call: Call
  readonly definitions: Definitions
  /** response: errors go to `errors`. field: each goes to the field that it belongs to. */
  readonly keys: 'response' | 'field'
  readonly errors: GraphqlError[]
  /** What searches have to say beside their lists, by its text. */
  readonly warnings: Map<string, Issue>
  /** Fields that wait for the next level. */
  tasks: Task[]
  /** Resources by `Type/id` that this request has read; undefined: not there. */
  readonly resources: Map<string, ResourceContent | undefined>
  /**
   * What the directives of R4 graphql.html#flattening need to know of the objects made; undefined where none is used.
   */
  readonly origins: WeakMap<JsonObject, ObjectOrigin> | undefined
  /** undefined where the document has no FHIRPath. A cursor may bring some: see expressionsOf. */
  expressions: Expressions | undefined
  spentResources: number
  spentValues: number
}

export interface ObjectOrigin {
  readonly selection: Selection
  readonly source: JsonObject
}

/** A field whose value must be fetched. */
export interface Task {
  readonly field: PlannedField
  /** The object that the field was selected on, and the resource that it is in. */
  readonly value: JsonObject
  readonly owner: Owner
  /** Where the result goes. */
  readonly target: JsonObject
  readonly path: PathStep
}

/** The resource that a value is part of. */
export interface Owner {
  readonly resource: JsonObject
  /** Whether it is a resource of its own, which others can refer to. */
  readonly stored: boolean
}

export type Outcome = Fetched | Failed

/** Resources, connections or a leaf's value, as the field is. */
export interface Fetched {
  readonly value: JsonValue
  /** Of a contained resource: the one around it. Others stand for themselves. */
  readonly owner?: Owner
}

export interface Failed {
  readonly thrown: unknown
}

export const NOTHING: Fetched = Object.freeze({ value: null })

export function createExecution(
  context: GraphqlContext,
  call: Call,
  options: Pick<Execution, 'keys'> & { readonly reshapes: boolean; readonly expressions?: Expressions | undefined },
): Execution {
  return {
    context,
    call,
    definitions: context.definitions.for(call.tenant),
    keys: options.keys,
    errors: [],
    warnings: new Map(),
    tasks: [],
    resources: new Map(),
    origins: options.reshapes ? new WeakMap() : undefined,
    expressions: options.expressions,
    spentResources: 0,
    spentValues: 0,
  }
}

/** @throws Fault too-costly where the request has brought together more than it may. */
export function spendResources(execution: Execution, count: number): void {
  const { resourcesMax } = execution.context.graphqlLimits
  execution.spentResources += count
  if (execution.spentResources <= resourcesMax) return
  throw fault('too-costly', `The request reads more than ${resourcesMax} resources`)
}

/** @throws Fault too-costly where the response gets larger than it may. */
export function spendValues(execution: Execution, count: number): void {
  const { valuesMax } = execution.context.graphqlLimits
  execution.spentValues += count
  if (execution.spentValues <= valuesMax) return
  throw fault('too-costly', `The response would have more than ${valuesMax} values`)
}

/** What the FHIRPath expressions of one request may take. */
export const expressionBudget = ({ ports, graphqlLimits }: GraphqlContext): ExpressionBudget => ({
  leftMs: graphqlLimits.expressionMsMax,
  now: () => ports.clock.now(),
})

export async function expressionsOf(execution: Execution): Promise<Expressions> {
  execution.expressions ??= await loadExpressions(expressionBudget(execution.context))
  return execution.expressions
}
