/** FHIRPath of clients: R4 graphql.html#list and #flattening. Loaded where a document asks for it alone. */
import { createContext, Script } from 'node:vm'
import { compile, parse } from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { fault } from '../../fault.ts'
import type { JsonValue } from '../../resource/content.ts'
import { stringifyJson } from '../../resource/json.ts'
import { withoutConsole } from '../../without-console.ts'
import { createTextCache } from '../document-cache.ts'
import type { ExpressionBudget, Expressions } from './expression-types.ts'

type Compiled = (elements: readonly unknown[]) => unknown[]

const LENGTH_MAX = 1000
const KEPT_MAX = 200

const cache = createTextCache<Compiled>(KEPT_MAX, LENGTH_MAX)

/** The expressions of one request, which share its budget. */
export function createExpressions(budget: ExpressionBudget): Expressions {
  return {
    check(expression) {
      compiled(CRITERION, '', expression)
    },
    indexesOf(type, expression, elements) {
      return run(budget, compiled(CRITERION, type, expression), expression, elements) as number[]
    },
    textsOf(type, expression, elements) {
      const texts = run(budget, compiled(TEXT, type, expression), expression, elements)
      return texts.map(text => (typeof text === 'string' && text !== '' ? text : undefined))
    },
  }
}

/** Where the criterion holds; one value that is no boolean counts as true, as FHIRPath has it for single items. */
const CRITERION = (expression: string): string => `select(iif((${expression}\n).first() = false, {}, iif((${expression}
).exists(), $index, {})))`

/** An item for each element, for empty ones would leave no trace. */
const TEXT = (expression: string): string => `select(iif((${expression}
).exists(), (${expression}\n).first().toString(), ''))`

/** @throws Fault invalid where it is no FHIRPath. type is a FHIR type or a component's path; '' of whole resources. */
function compiled(wrap: (expression: string) => string, type: string, expression: string): Compiled {
  return cache.get(`${wrap === TEXT ? 'text' : 'criterion'} ${type} ${expression}`, () => {
    if (expression.length > LENGTH_MAX) {
      throw fault('too-costly', `A FHIRPath expression has at most ${LENGTH_MAX} characters`)
    }
    try {
      // By itself first: only a whole expression may be put between brackets.
      parse(expression)
      const text = wrap(expression)
      return compile(isTyped(type) ? { base: type, expression: text } : text, r4, QUIET) as Compiled
    } catch (cause) {
      throw fault('invalid', `"${expression}" is no FHIRPath: ${reasonOf(cause)}`, { ...PLACE, cause })
    }
  })
}

/** Numbers go as they are: with a type of their own the library can't compare them. */
const isTyped = (type: string): boolean => !['', 'decimal', 'integer', 'positiveInt', 'unsignedInt'].includes(type)

/** Else `trace()` would write values to the console. */
const QUIET = { traceFn: () => undefined }

const PLACE = { code: 'value', expression: ['fhirpath'] } as const

/** The parser says where and what, and lists all that might have stood there; or it fails itself. */
function reasonOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : ''
  if (!message.startsWith('line:')) return "it can't be read"
  return message.replace(/ expecting [\s\S]*$/, '').replace(/;\s*message:/, ':')
}

/** Functions whose work grows with what they are given, and no faster. */
const CHEAP =
  /^(exists|empty|not|first|last|single|tail|count|startsWith|endsWith|contains|lower|upper|length|toString|hasValue|is|as|ofType|extension|where|all|today|now)$/

/**
 * Whether it can't take long on an element: neither functions that multiply, nor many inside of each other. Variables
 * (`%context`) lead from each item back to all of them, which multiplies as well.
 */
function isCheap(expression: string): boolean {
  if (expression.includes('%')) return false
  const called = [...expression.matchAll(/(\w+)\s*\(/g)].map(([, name = '']) => name)
  return called.length <= 3 && called.every(name => CHEAP.test(name))
}

const guarded = createContext({ run: undefined as (() => unknown) | undefined })
const guardedRun = new Script('run()')

/** @throws Fault where it fails on these elements, or takes longer than the request has left for expressions. */
function run(
  budget: ExpressionBudget,
  evaluate: Compiled,
  expression: string,
  elements: readonly JsonValue[],
): unknown[] {
  // A copy: the engine marks what it has seen, and takes decimals as numbers.
  const copy = JSON.parse(stringifyJson([...elements])) as unknown[]
  if (isCheap(expression)) return evaluated(expression, () => evaluate(copy))
  const startedMs = budget.now()
  const timeout = Math.ceil(budget.leftMs)
  if (timeout <= 0) throw tooLong()
  try {
    return evaluated(expression, () => {
      guarded.run = () => evaluate(copy)
      return guardedRun.runInContext(guarded, { timeout }) as unknown[]
    })
  } finally {
    guarded.run = undefined
    budget.leftMs -= budget.now() - startedMs
  }
}

function evaluated(expression: string, evaluate: () => unknown[]): unknown[] {
  try {
    return withoutConsole(evaluate)
  } catch (cause) {
    if ((cause as { readonly code?: unknown } | undefined)?.code === TIMED_OUT) throw tooLong()
    // What the engine says may hold values.
    throw fault('unprocessable', `The FHIRPath "${expression}" can't be evaluated here`, { ...PLACE, cause })
  }
}

// By code, not by class: its class is that of the other context.
const TIMED_OUT = 'ERR_SCRIPT_EXECUTION_TIMEOUT'

const tooLong = () => fault('too-costly', 'The FHIRPath expressions of this request take too long', PLACE)
