/** Where in a resource a FHIRPath expression leads: not what is there, but at which element. */
import fhirpath from 'fhirpath'
import model from 'fhirpath/fhir-context/r4'
import { withoutConsole } from '../../without-console.ts'
import type { JsonObject, JsonValue, ResourceContent } from '../content.ts'
import { isRawJson, numberOf } from '../json.ts'

/** From the resource down: names as in FHIRPath (`value`, not `valueQuantity`), positions where there is a list. */
export type ElementPath = readonly ElementStep[]

export interface ElementStep {
  readonly name: string
  readonly index: number | undefined
}

/** What FHIRPath's library keeps of an element while it evaluates. */
interface Node {
  readonly propName?: string | null
  readonly index?: number | null
  readonly parentResNode?: Node | null
}

interface Syntax {
  readonly type: string
  readonly text?: string
  readonly children?: readonly Syntax[]
}

const PLACES = 'elementPlaces'

const EXPRESSION_LENGTH_MAX = 1000

/**
 * What a path may call: enough to choose an element. The others reach other resources, write to the log, or can take
 * any time.
 */
const FUNCTIONS: ReadonlySet<string> = new Set([
  ...['where', 'first', 'last', 'single', 'tail', 'skip', 'take', 'extension', 'ofType', 'as', 'is', 'hasValue'],
  ...[
    'exists',
    'empty',
    'not',
    'all',
    'count',
    'iif',
    'startsWith',
    'endsWith',
    'contains',
    'lower',
    'upper',
    'length',
  ],
  ...['toString', 'toInteger', 'toDecimal', 'union', 'combine', 'distinct', 'getValue'],
])

/**
 * The elements that the expression leads to; undefined in place of what is no element of the resource.
 * @throws Error where the text is no FHIRPath that a patch may have; its message says what is wrong.
 */
export function findPlaces(resource: ResourceContent, expression: string): readonly (ElementPath | undefined)[] {
  if (expression.length > EXPRESSION_LENGTH_MAX)
    throw new Error(`it is longer than ${EXPRESSION_LENGTH_MAX} characters`)
  // Read for itself first: in the brackets below, a text with a bracket too many might come to mean something.
  assertCalls(fhirpath.parse(expression) as Syntax)
  const places: (ElementPath | undefined)[] = []
  const collect = (nodes: readonly unknown[]): unknown[] => {
    for (const node of nodes) places.push(pathOf(node))
    return []
  }
  const options = { userInvocationTable: { [PLACES]: { fn: collect, arity: { 0: [] }, internalStructures: true } } }
  withoutConsole(() => fhirpath.evaluate(plainNumbers(resource), `(${expression}).${PLACES}()`, {}, model, options))
  return places
}

function assertCalls({ type, children = [] }: Syntax): void {
  if (type === 'Functn') {
    const name = children.find(child => child.type === 'Identifier')?.text ?? ''
    if (!FUNCTIONS.has(name)) throw new Error(`a path may not call ${name}()`)
  }
  // `%context` and its like lead from each element back to all of them: one in another takes any time.
  if (type === 'ExternalConstant') throw new Error('a path may have no variables')
  for (const child of children) assertCalls(child)
}

function pathOf(node: unknown): ElementPath | undefined {
  if (typeof node !== 'object' || node === null || !('parentResNode' in node)) return undefined
  const steps: ElementStep[] = []
  for (let each = node as Node; each.parentResNode; each = each.parentResNode) {
    if (typeof each.propName !== 'string') return undefined
    steps.unshift({ name: each.propName, index: each.index ?? undefined })
  }
  return steps
}

/** A copy whose exact numbers are plain ones: the places are the same, and the library knows no other numbers. */
function plainNumbers(value: JsonValue): JsonValue {
  if (isRawJson(value)) return numberOf(value) ?? 0
  if (Array.isArray(value)) return value.map(plainNumbers)
  if (typeof value !== 'object' || value === null) return value
  const copy: JsonObject = {}
  for (const [name, member] of Object.entries(value as JsonObject)) {
    if (member !== undefined) copy[name] = plainNumbers(member)
  }
  return copy
}
