/** Compiles the extraction steps of a path into one function. */
import type { ExtractionStep } from '#schema/tables.ts'
import { invariant } from '../invariant.ts'
import type { JsonObject, JsonValue } from '../resource/content.ts'
import { plainType } from './contained.ts'
import type { Converter, ValueSink } from './index-values.ts'

/** `steps` from the element on, ending at `convert`. */
export function compileSteps(steps: readonly ExtractionStep[], convert: Converter): Converter {
  let visit = convert
  for (let position = steps.length - 1; position >= 0; position--) {
    const step = steps[position]
    const before = steps[position - 1]
    if (typeof step === 'object' && 'index' in step) {
      invariant(typeof before === 'string', 'an index follows a property')
      visit = item(before, step.index, visit)
      position--
    } else if (step !== undefined) {
      visit = compileStep(step, visit)
    }
  }
  return visit
}

function compileStep(step: ExtractionStep, next: Converter): Converter {
  if (typeof step === 'string') return property(step, next)
  if ('where' in step) return where(step.where[0].split('.'), step.where[1], next)
  if ('resolvesTo' in step) return resolvesTo(step.resolvesTo, next)
  if ('resourceType' in step) return where(['resourceType'], step.resourceType, next)
  if ('existsAndNotFalse' in step) return existsAndNotFalse(step.existsAndNotFalse, next)
  if ('resource' in step) return (_element, sink) => sink.resource !== undefined && next(sink.resource, sink)
  invariant(false, `unknown step ${JSON.stringify(step)}`)
}

const property =
  (name: string, next: Converter): Converter =>
  (element, sink) => {
    const child = (element as JsonObject)[name]
    if (child === undefined || child === null) return
    if (!Array.isArray(child)) next(child, sink)
    else for (const one of child) if (one !== null) next(one, sink)
  }

const item =
  (name: string, index: number, next: Converter): Converter =>
  (element, sink) => {
    const child = (element as JsonObject)[name]
    const one = Array.isArray(child) ? child[index] : undefined
    if (one !== undefined && one !== null) next(one, sink)
  }

const where =
  (path: readonly string[], value: string, next: Converter): Converter =>
  (element, sink) => {
    if (holds(element, path, 0, value)) next(element, sink)
  }

function holds(element: JsonValue | undefined, path: readonly string[], depth: number, value: string): boolean {
  if (Array.isArray(element)) return element.some(one => holds(one, path, depth, value))
  const name = path[depth]
  if (name === undefined) return element === value
  return typeof element === 'object' && element !== null && holds((element as JsonObject)[name], path, depth + 1, value)
}

const existsAndNotFalse =
  (names: readonly string[], next: Converter): Converter =>
  (element, sink) => {
    const exists = names.some(name => {
      const value = (element as JsonObject)[name]
      return value !== undefined && value !== null && value !== false
    })
    next(exists, sink)
  }

/** By the type that the text names; where it names none, by what Reference.type says. */
const resolvesTo =
  (types: readonly string[], next: Converter): Converter =>
  (element, sink) => {
    const { reference, type } = element as JsonObject
    const named = typeof reference === 'string' ? (typeInside(reference, sink) ?? typeIn(reference)) : ''
    if (types.includes(named) || (!sink.isResourceType(named) && typeof type === 'string' && types.includes(type))) {
      next(element, sink)
    }
  }

/** Of `#contained`. */
function typeInside(reference: string, { contained }: ValueSink): string | undefined {
  const type = reference.startsWith('#') ? contained?.get(reference.slice(1))?.type : undefined
  return type && plainType(type)
}

/** `Patient` of `http://example.org/fhir/Patient/1/_history/2`: the last part but one. */
function typeIn(reference: string): string {
  const history = reference.lastIndexOf('/_history/')
  const end = reference.lastIndexOf('/', history < 0 ? undefined : history - 1)
  return end < 1 ? '' : reference.slice(reference.lastIndexOf('/', end - 1) + 1, end)
}
