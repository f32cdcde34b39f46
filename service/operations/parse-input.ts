/** From query and body to the values of an operation's parameters. R4 operations.html#request */
import { choiceName } from '#schema/names.ts'
import { type Definitions, isPrimitiveType } from '../definitions.ts'
import { Fault, type Issue, type IssueCode } from '../fault.ts'
import type { Parameters } from '../fhir-service.ts'
import type { JsonObject, JsonValue } from '../resource/content.ts'
import { isJsonObject, isRawJson, parseJson } from '../resource/json.ts'
import { PRIMITIVE_CHECKS } from '../resource/primitives.ts'
import { quote } from '../resource/quote.ts'
import { validateResource } from '../resource/validate.ts'
import { nearHint } from '../search/near-names.ts'
import type { OperationDeclaration, ParameterPart } from './operation.ts'
import { type InputValue, OperationInput } from './operation-input.ts'

/** Of the door, and no matter here: R4 http.html#parameters. */
const GENERAL: ReadonlySet<string> = new Set(['_format', '_pretty'])

export interface GivenInput {
  /** Of the URL. */
  readonly parameters: Parameters
  /** A Parameters resource, or the one resource that the operation takes. */
  readonly content?: JsonValue
}

/** @throws Fault with an issue for each parameter that is unknown, missing, repeated too often or of another type. */
export function parseInput(
  definitions: Definitions,
  operation: OperationDeclaration,
  given: GivenInput,
): OperationInput {
  const reader = new InputReader(definitions, operation)
  const declared = operation.parameters.filter(({ use }) => use === 'in')
  const values = [
    ...reader.ofQuery(declared, given.parameters),
    ...(given.content === undefined ? [] : reader.ofContent(declared, given.content)),
  ]
  reader.assertCounts(declared, values, undefined)
  if (reader.issues.length > 0) throw new Fault(reader.category, reader.issues)
  return new OperationInput(values, reader.criteria)
}

const ROOT = 'Parameters.parameter'

class InputReader {
  readonly issues: Issue[] = []
  readonly criteria: (readonly [string, string])[] = []
  /** R4 http.html#Status-Codes: what is no Parameters resource at all is 400; one that breaks its rules 422. */
  category: 'invalid' | 'unprocessable' = 'invalid'
  readonly #definitions: Definitions
  readonly #operation: OperationDeclaration

  constructor(definitions: Definitions, operation: OperationDeclaration) {
    this.#definitions = definitions
    this.#operation = operation
  }

  ofQuery(declared: readonly ParameterPart[], parameters: Parameters): InputValue[] {
    return parameters.flatMap(([name, text]) => {
      if (GENERAL.has(name)) return []
      if (this.#isCriterion(declared, name)) {
        this.criteria.push([name, text])
        return []
      }
      const parameter = this.#declaration(declared, name, name)
      if (!parameter) return []
      const { type } = parameter
      if (type === 'CodeableConcept') return [{ name, expression: name, value: { coding: [codingOf(text)] } }]
      if (type === 'Coding') return [{ name, expression: name, value: codingOf(text) }]
      if (type === undefined || !isPrimitiveType(type)) {
        this.#refuse('value', `${name} can't be given in a URL: send it in a Parameters resource by POST`, name)
        return []
      }
      const value = valueOfText(type, text)
      const mistake = PRIMITIVE_CHECKS[type]?.(value)
      if (mistake) this.#refuse('value', `${name} ${quote(text)} ${mistake.problem} (${type})`, name)
      return mistake ? [] : [{ name, expression: name, value }]
    })
  }

  ofContent(declared: readonly ParameterPart[], content: JsonValue): InputValue[] {
    if (isJsonObject(content) && content.resourceType !== 'Parameters') {
      const bare = this.#bareResource(declared, content)
      if (bare) return [bare]
    }
    const { issues } = validateResource(this.#definitions, shellOf(content), { type: 'Parameters' })
    if (issues.length > 0) {
      if (isJsonObject(content) && content.resourceType === 'Parameters') this.category = 'unprocessable'
      this.issues.push(...issues)
      return []
    }
    const { parameter } = content as JsonObject
    return this.#ofParameters(declared, (parameter ?? []) as JsonObject[], ROOT)
  }

  /** How often each may be there. */
  assertCounts(declared: readonly ParameterPart[], values: readonly InputValue[], place: string | undefined): void {
    // A value that was refused is not missing besides.
    if (this.issues.length > 0) return
    for (const { name, min, max } of declared) {
      const found = values.filter(value => value.name === name)
      const expression = place ?? name
      if (found.length < min)
        this.#refuse('required', `$${this.#operation.name} needs the parameter ${name}`, expression)
      const excess = typeof max === 'number' ? found[max] : undefined
      if (excess)
        this.#refuse('value', `${name} may be given ${timesText(max)}, not ${found.length} times`, excess.expression)
    }
  }

  /** R4 operations.html#request: the only resource among the parameters may be the body by itself. */
  #bareResource(declared: readonly ParameterPart[], resource: JsonObject): InputValue | undefined {
    const resources = declared.filter(({ type }) => type !== undefined && this.#isResourceType(type))
    const [only] = resources
    if (resources.length !== 1 || !only) return undefined
    return this.#ofResource(only, resource, String(resource.resourceType))
  }

  #ofParameters(declared: readonly ParameterPart[], parameters: readonly JsonObject[], list: string): InputValue[] {
    return parameters.flatMap((parameter, index) => {
      const expression = `${list}[${index}]`
      if (list === ROOT && this.#isCriterion(declared, String(parameter.name))) {
        this.#criterion(parameter, expression)
        return []
      }
      const declaration = this.#declaration(declared, String(parameter.name), `${expression}.name`)
      const value = declaration && this.#ofParameter(declaration, parameter, expression)
      return value ? [value] : []
    })
  }

  #isCriterion(declared: readonly ParameterPart[], name: string): boolean {
    return this.#operation.takesCriteria === true && !declared.some(parameter => parameter.name === name)
  }

  #criterion(parameter: JsonObject, expression: string): void {
    const entry = Object.entries(parameter).find(([key]) => key.startsWith('value'))
    const value = entry?.[1]
    const text = isRawJson(value) ? value.rawJSON : value
    if (typeof text === 'object' || text === undefined)
      this.#refuse('value', `${String(parameter.name)} is a search parameter: give its value as text`, expression)
    else this.criteria.push([String(parameter.name), String(text)])
  }

  #ofParameter(declaration: ParameterPart, parameter: JsonObject, expression: string): InputValue | undefined {
    const { name, type, parts } = declaration
    const { resource, part } = parameter
    const valueName = Object.keys(parameter).find(key => key.startsWith('value'))
    if (parts) {
      if (!Array.isArray(part) || valueName !== undefined || resource !== undefined)
        return this.#refuse(
          'value',
          `${name} consists of parts: ${parts.map(each => each.name).join(', ')}`,
          expression,
        )
      const values = this.#ofParameters(parts, part as JsonObject[], `${expression}.part`)
      this.assertCounts(parts, values, expression)
      return { name, expression, parts: new OperationInput(values) }
    }
    if (type !== undefined && this.#isResourceType(type)) {
      if (!isJsonObject(resource)) return this.#refuse('value', `${name} must be a resource (${type})`, expression)
      return this.#ofResource(declaration, resource, `${expression}.resource`)
    }
    const value = valueName === undefined ? undefined : parameter[valueName]
    if (type === undefined || valueName === undefined || value === undefined || part !== undefined)
      return this.#refuse('value', `${name} must have a value: ${choiceName('value', type ?? 'string')}`, expression)
    return this.#ofValue(declaration, type, valueName, value, expression)
  }

  /** Of the declared type, or a primitive of another one whose value would do: clients don't tell code from string. */
  #ofValue(
    { name }: ParameterPart,
    type: string,
    valueName: string,
    value: JsonValue,
    expression: string,
  ): InputValue | undefined {
    const at = `${expression}.${valueName}`
    if (valueName === choiceName('value', type)) return { name, expression: at, value }
    const check = PRIMITIVE_CHECKS[type]
    if (!check || check(value) !== undefined)
      return this.#refuse('value', `${name} must be given as ${choiceName('value', type)}, not as ${valueName}`, at)
    return { name, expression: at, value }
  }

  #ofResource({ name, type }: ParameterPart, resource: JsonObject, expression: string): InputValue | undefined {
    if (type === 'Resource' || resource.resourceType === type) return { name, expression, resource }
    return this.#refuse('value', `${name} must be a ${type}, not ${quote(resource.resourceType)}`, expression)
  }

  #declaration(declared: readonly ParameterPart[], name: string, expression: string): ParameterPart | undefined {
    const found = declared.find(parameter => parameter.name === name)
    if (found) return found
    const names = declared.map(parameter => parameter.name)
    return this.#refuse(
      'not-supported',
      `$${this.#operation.name} has no parameter ${quote(name)}${nearHint(name, names)}`,
      expression,
    )
  }

  #isResourceType(type: string): boolean {
    return type === 'Resource' || this.#definitions.isResourceType(type)
  }

  #refuse(code: IssueCode, diagnostics: string, expression: string): undefined {
    this.issues.push({ severity: 'error', code, diagnostics, expression: [expression] })
    return undefined
  }
}

const timesText = (max: number | '*'): string => (max === 1 ? 'once' : `${max} times`)

/** Parameters without the resources inside, which are judged by the operation, if at all. */
function shellOf(content: JsonValue): JsonValue {
  if (!isJsonObject(content) || content.resourceType !== 'Parameters') return content
  const { parameter } = content
  return Array.isArray(parameter) ? { ...content, parameter: parameter.map(shellOfParameter) } : content
}

function shellOfParameter(parameter: JsonValue): JsonValue {
  if (!isJsonObject(parameter)) return parameter
  const { resource, part, ...rest } = parameter
  return {
    ...rest,
    ...(resource !== undefined && !isJsonObject(resource) && { resource }),
    ...(part !== undefined && { part: Array.isArray(part) ? part.map(shellOfParameter) : part }),
  }
}

/** As searches write tokens: `system|code`, or the code alone. R4 search.html#token */
function codingOf(text: string): JsonObject {
  const bar = text.indexOf('|')
  const code = text.slice(bar + 1)
  return { ...(bar > 0 && { system: text.slice(0, bar) }), ...(code !== '' && { code }) }
}

const NUMBERS: ReadonlySet<string> = new Set(['decimal', 'integer', 'positiveInt', 'unsignedInt'])

/** The JSON value that a text in a URL stands for; where it stands for none the text itself, which checks refuse. */
function valueOfText(type: string, text: string): JsonValue {
  if (type === 'boolean') return text === 'true' || (text === 'false' ? false : text)
  if (!NUMBERS.has(type)) return text
  try {
    const value = parseJson(text)
    return typeof value === 'number' || isRawJson(value) ? value : text
  } catch (error) {
    if (!Fault.is(error)) throw error
    return text
  }
}
