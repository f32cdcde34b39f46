import { fault } from '../../fault.ts'
import type { JsonObject, JsonValue } from '../../resource/content.ts'
import { isJsonObject, textOfScalar } from '../../resource/json.ts'
import { errorOf, graphqlErrorOfFault } from '../graphql-errors.ts'
import type { Slice, Texts } from '../plan/reshaping.ts'
import type { PlannedField } from '../plan/selection.ts'
import type { Execution } from './execution.ts'
import { type PathStep, pathOf } from './response-path.ts'

/**
 * Moves values to where the directives want them: R4 graphql.html#flattening. It works on the finished response, for
 * what was fetched later must be moved as well.
 */
export function reshape(execution: Execution, data: JsonObject): JsonObject {
  return reshapeObject(execution, data, undefined)
}

function reshapeObject(execution: Execution, object: JsonObject, path: PathStep | undefined): JsonObject {
  const origin = execution.origins?.get(object)
  if (!origin) return object
  const sink = createSink(execution)
  emit(execution, sink, object, { suffix: '', collating: false, path })
  return sink.result
}

function reshapeValue(execution: Execution, value: JsonValue, path: PathStep | undefined): JsonValue {
  if (Array.isArray(value))
    return value.map((item, index) => reshapeValue(execution, item, { parent: path, key: index }))
  return isJsonObject(value) ? reshapeObject(execution, value, path) : value
}

interface Emission {
  /** What @slice above has added to names. */
  readonly suffix: string
  /** Below a flattened list every name collects a list. */
  readonly collating: boolean
  readonly path: PathStep | undefined
}

function emit(execution: Execution, sink: Sink, object: JsonObject, emission: Emission): void {
  const origin = execution.origins?.get(object)
  if (!origin) return
  for (const field of origin.selection.fields) {
    const value = object[field.key] ?? null
    const { suffix, collating } = emission
    const path = { parent: emission.path, key: field.key }
    const { flatten = false, slice } = field.reshaping ?? {}
    if (flatten) {
      const suffixes = suffixesOf(execution, field, elementsOf(value), path)
      for (const [index, element] of elementsOf(value).entries()) {
        if (!isJsonObject(element)) continue
        const below = suffix + (suffixes[index] ?? '')
        emit(execution, sink, element, { suffix: below, collating: collating || field.definition.list, path })
      }
    } else if (slice !== undefined) {
      const suffixes = suffixesOf(execution, field, elementsOf(value), path)
      for (const [index, element] of elementsOf(value).entries()) {
        const name = field.key + suffix + (suffixes[index] ?? '')
        sink.collect(field, name, [reshapeValue(execution, element, path)], path)
      }
    } else if (collating) {
      const kept = elementsOf(value).map(element => reshapeValue(execution, element, path))
      sink.collect(field, field.key + suffix, kept, path)
    } else {
      sink.set(field.key + suffix, reshapeValue(execution, value, path))
    }
  }
}

const elementsOf = (value: JsonValue): readonly JsonValue[] =>
  Array.isArray(value) ? value : value === null ? [] : [value]

/** For each element `.official`; nothing where it has no value there. */
function suffixesOf(
  execution: Execution,
  field: PlannedField,
  elements: readonly JsonValue[],
  path: PathStep,
): readonly string[] {
  const slice = field.reshaping?.slice
  if (slice === undefined || elements.length === 0) return []
  if (slice.kind === 'index') return elements.map((_element, index) => `.${index}`)
  const sources = elements.map(
    element => (isJsonObject(element) ? execution.origins?.get(element)?.source : element) ?? null,
  )
  const texts =
    slice.kind === 'expression'
      ? expressionTexts(execution, slice, field, sources, path)
      : sources.map(source => propertyText(slice.names, source))
  return texts.map(text => (text === undefined ? '' : `.${text}`))
}

/** All elements at once, for `$index` is their place. */
function expressionTexts(
  { call, errors }: Execution,
  { textsOf }: Extract<Slice, { kind: 'expression' }>,
  { definition: { access }, nodes }: PlannedField,
  sources: readonly JsonValue[],
  path: PathStep,
): Texts {
  const type = access.kind === 'property' ? access.property.type : 'Resource'
  try {
    return textsOf(type === 'Resource' ? '' : type, sources)
  } catch (thrown) {
    errors.push(errorOf(call, thrown, { nodes, path: pathOf(path) }))
    return []
  }
}

function propertyText(names: readonly string[], source: JsonValue): string | undefined {
  let value: JsonValue | undefined = source
  for (const name of names) {
    const first: JsonValue | undefined = Array.isArray(value) ? value[0] : value
    value = isJsonObject(first) ? first[name] : undefined
  }
  const first = Array.isArray(value) ? value[0] : value
  if (first === undefined || first === null || Array.isArray(first)) return undefined
  return isJsonObject(first) ? undefined : textOfScalar(first)
}

interface Sink {
  readonly result: JsonObject
  set(name: string, value: JsonValue): void
  collect(field: PlannedField, name: string, values: readonly JsonValue[], path: PathStep): void
}

function createSink(execution: Execution): Sink {
  const result: JsonObject = {}
  const types = new Map<string, string>()
  const refused = new Set<string>()
  const refuse = (field: PlannedField, message: string, path: PathStep): void => {
    if (refused.has(message)) return
    refused.add(message)
    const failure = fault('unprocessable', message, { code: 'processing' })
    execution.errors.push(graphqlErrorOfFault(failure, { nodes: field.nodes, path: pathOf(path) }))
  }
  return {
    result,
    set(name, value) {
      result[name] = value
    },
    collect(field, name, values, path) {
      if (values.length === 0) return
      const type = fhirTypeOf(field)
      const before = types.get(name) ?? type
      types.set(name, before)
      if (before !== type) {
        refuse(field, `"${name}" would collate values of the types ${before} and ${type}`, path)
        return
      }
      const known = result[name]
      const collected = [...(known === undefined || known === null ? [] : elementsOf(known)), ...values]
      if (!field.reshaping?.singleton) {
        result[name] = collected
      } else if (collected.length === 1) {
        result[name] = collected[0] ?? null
      } else {
        refuse(field, `"${name}" is a @singleton, but has more than one value`, path)
      }
    },
  }
}

/** R4 graphql.html#flattening: what is collated must be of one FHIR type. */
const fhirTypeOf = ({ definition: { access, type } }: PlannedField): string =>
  access.kind === 'property' ? access.property.type : type
