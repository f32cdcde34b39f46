/** Required bindings: R4 terminologies.html#required. */
import type { Definitions } from '../definitions.ts'
import type { JsonObject, JsonValue } from './content.ts'

export interface BoundCodes {
  readonly url: string
  /** Codes of all systems: for elements of type code, whose system the binding implies. */
  readonly codes: ReadonlySet<string>
  readonly bySystem: ReadonlyMap<string, ReadonlySet<string>>
}

/** undefined: the set can't be listed, any code may be a member. */
export function boundCodes(definitions: Definitions, url: string): BoundCodes | undefined {
  const table = definitions.valueSet(url)
  if (table === undefined || table.open) return undefined
  const bySystem = new Map(Object.entries(table.codes).map(([system, codes]) => [system, new Set(codes)]))
  return { url, codes: new Set(Object.values(table.codes).flat()), bySystem }
}

/**
 * Whether the Coding or CodeableConcept is in the set: of a CodeableConcept one coding has to be. A concept of text
 * alone is not; one without either (an extension says why) is left to the rules of its parts.
 */
export function isBound({ bySystem }: BoundCodes, value: JsonObject, type: string): boolean {
  const isMember = (coding: JsonValue | undefined): boolean => {
    if (typeof coding !== 'object' || coding === null || Array.isArray(coding)) return false
    const { system, code } = coding as JsonObject
    return typeof system === 'string' && typeof code === 'string' && bySystem.get(system)?.has(code) === true
  }
  if (type !== 'CodeableConcept') return isMember(value)
  const { coding, text } = value
  if (coding === undefined && text === undefined) return true
  return Array.isArray(coding) && coding.some(isMember)
}

const LISTED_MAX = 12

/** End of a sentence about a code that is not in the set. */
export function bindingProblem({ url, codes }: BoundCodes): string {
  const from = `must be from the value set ${url}`
  return codes.size > LISTED_MAX ? from : `${from}: ${[...codes].join(' | ')}`
}
