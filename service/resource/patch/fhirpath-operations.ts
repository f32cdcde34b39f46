/** The operations of a FHIRPath Patch, read out of its Parameters. R4 fhirpatch.html */
import type { JsonObject, JsonValue, ResourceContent } from '../content.ts'
import { isJsonObject } from '../json.ts'
import { quote } from '../quote.ts'
import { failedStep, malformedPatch, type PatchStep } from './patch-fault.ts'

interface PlacedStep {
  readonly path: string
  readonly step: PatchStep
}

/** `value` is the parameter that holds it, in value[x], in parts, or as a resource. */
export type PatchOperation =
  | (PlacedStep & { readonly type: 'add'; readonly name: string; readonly value: JsonObject })
  | (PlacedStep & { readonly type: 'insert'; readonly index: number; readonly value: JsonObject })
  | (PlacedStep & { readonly type: 'delete' })
  | (PlacedStep & { readonly type: 'replace'; readonly value: JsonObject })
  | (PlacedStep & { readonly type: 'move'; readonly source: number; readonly destination: number })

/** @throws Fault invalid where it is no list of operations, unprocessable where one is unknown. */
export function parseOperations(parameters: ResourceContent): readonly PatchOperation[] {
  const list = Array.isArray(parameters.parameter) ? parameters.parameter : []
  if (list.length === 0) {
    throw malformedPatch('A FHIRPath Patch is a Parameters resource with parameters named operation', 'Parameters')
  }
  return list.map((parameter, index) => parseOperation(parameter as JsonObject, index))
}

function parseOperation({ name, part }: JsonObject, index: number): PatchOperation {
  const expression = `Parameters.parameter[${index}]`
  const refuse = (problem: string) => malformedPatch(`Operation ${index} of the patch: ${problem}`, expression)
  if (name !== 'operation') throw refuse(`the parameter is called ${quote(name)} instead of operation`)
  const parts = new Map<string, JsonObject>()
  for (const item of Array.isArray(part) ? part : []) {
    if (!isJsonObject(item)) continue
    if (parts.has(String(item.name))) throw refuse(`it has ${quote(item.name)} twice`)
    parts.set(String(item.name), item)
  }
  const text = (partName: string): string => {
    const value = primitiveOf(parts.get(partName))
    if (typeof value !== 'string') throw refuse(`it needs a ${partName}`)
    return value
  }
  const position = (partName: string): number => {
    const value = primitiveOf(parts.get(partName))
    if (typeof value !== 'number' || value < 0) throw refuse(`it needs ${partName}, a whole number from 0 on`)
    return value
  }
  const value = (): JsonObject => {
    const found = parts.get('value')
    if (!found) throw refuse('it needs a value')
    return found
  }
  const type = text('type')
  const path = text('path')
  const step: PatchStep = { index, text: `${type} ${path}`, expression }
  switch (type) {
    case 'add':
      return { type, path, step, name: text('name'), value: value() }
    case 'insert':
      return { type, path, step, index: position('index'), value: value() }
    case 'delete':
      return { type, path, step }
    case 'replace':
      return { type, path, step, value: value() }
    case 'move':
      return { type, path, step, source: position('source'), destination: position('destination') }
    default:
      throw failedStep(step, `type is one of add, insert, delete, replace, move, not ${quote(type)}`)
  }
}

/** The value[x] of a part: servers and clients differ in the type they give `type` and `path`. */
function primitiveOf(part: JsonObject | undefined): JsonValue | undefined {
  const name = part && Object.keys(part).find(each => /^value[A-Z]/.test(each))
  return name === undefined ? undefined : part?.[name]
}
