/** What an operation was given, after it was held against the declaration. */
import type { Parameters } from '../fhir-service.ts'
import type { JsonObject, JsonValue } from '../resource/content.ts'

export interface InputValue {
  readonly name: string
  /** Where it stands, for issues: `Parameters.parameter[0]`, or the name where it comes from the URL. */
  readonly expression: string
  /** Of a data type. */
  readonly value?: JsonValue
  /** Not validated: an operation may be given a resource because it is wrong. */
  readonly resource?: JsonObject
  readonly parts?: OperationInput
}

export class OperationInput {
  readonly #values: readonly InputValue[]
  /** Search parameters, not parsed: of an operation that takes some. */
  readonly criteria: Parameters

  constructor(values: readonly InputValue[], criteria: Parameters = []) {
    this.#values = values
    this.criteria = criteria
  }

  all(name: string): readonly InputValue[] {
    return this.#values.filter(value => value.name === name)
  }

  find(name: string): InputValue | undefined {
    return this.#values.find(value => value.name === name)
  }

  /** Values of a parameter whose type is a string in JSON: codes, dates, URIs ... */
  texts(name: string): readonly string[] {
    return this.all(name).flatMap(({ value }) => (typeof value === 'string' ? [value] : []))
  }

  text(name: string): string | undefined {
    return this.texts(name)[0]
  }

  /** Of an integer type. */
  integer(name: string): number | undefined {
    const value = this.find(name)?.value
    return typeof value === 'number' ? value : undefined
  }

  flag(name: string): boolean | undefined {
    const value = this.find(name)?.value
    return typeof value === 'boolean' ? value : undefined
  }
}
