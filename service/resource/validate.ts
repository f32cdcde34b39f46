import type { Definitions } from '../definitions.ts'
import { Fault, type Issue } from '../fault.ts'
import { checkOwnParameter } from '../search/own-parameters/check-own-parameter.ts'
import type { JsonObject, JsonValue, ResourceContent } from './content.ts'
import { IssueList } from './issue-list.ts'
import { isRawJson } from './json.ts'
import { quote } from './quote.ts'
import { ruleBook } from './rules.ts'
import { checkObject, type Walk } from './validation-walk.ts'

export interface ValidateOptions {
  /** The resource type that the content must be of; absent: any R4 type. */
  readonly type?: string
  /**
   * What becomes of references by search (`Practitioner?identifier=x`, R4 http.html#trules). They are only good before
   * a transaction has resolved them, therefore refused unless the option says otherwise. Inside a Bundle they are
   * allowed.
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
  definitions: Definitions,
  content: JsonValue,
  options: ValidateOptions = {},
): Validation {
  const mismatch = findMismatch(definitions, content, options.type)
  if (mismatch !== undefined) return { resource: undefined, issues: [mismatch] }
  const resource = content as ResourceContent
  const issues = findIssues(definitions, resource, options)
  return { resource: issues.length === 0 ? resource : undefined, issues }
}

/**
 * @throws Fault 'invalid' where the content is no resource of the type at all, 'unprocessable' (R4 http.html#create:
 * 422) where it breaks the rules of its type.
 */
export function assertValid(
  definitions: Definitions,
  content: JsonValue,
  options: ValidateOptions = {},
): ResourceContent {
  const mismatch = findMismatch(definitions, content, options.type)
  if (mismatch !== undefined) throw new Fault('invalid', [mismatch])
  const resource = content as ResourceContent
  const issues = findIssues(definitions, resource, options)
  if (issues.length > 0) throw new Fault('unprocessable', issues)
  return resource
}

/** Why the content is no resource of the type. */
function findMismatch(definitions: Definitions, content: JsonValue, type: string | undefined): Issue | undefined {
  const mismatch = (diagnostics: string): Issue => ({ severity: 'error', code: 'structure', diagnostics })
  if (typeof content !== 'object' || content === null || Array.isArray(content) || isRawJson(content))
    return mismatch(`A resource must be a JSON object, not ${quote(content)}`)
  const { resourceType } = content as JsonObject
  if (resourceType === undefined) return mismatch('The resource has no resourceType')
  if (typeof resourceType !== 'string' || !definitions.isResourceType(resourceType))
    return mismatch(`The resourceType ${quote(resourceType)} is not a resource type of R4`)
  if (type !== undefined && resourceType !== type)
    return mismatch(`The resourceType ${quote(resourceType)} is not ${quote(type)}, which is expected here`)
  return undefined
}

function findIssues(definitions: Definitions, resource: ResourceContent, options: ValidateOptions): Issue[] {
  const walk: Walk = {
    definitions,
    rules: ruleBook(definitions),
    issues: new IssueList(),
    container: resource,
    contained: undefined,
    conditionalReferences: options.conditionalReferences ?? 'refused',
  }
  const rules = walk.rules(resource.resourceType)
  walk.issues.place.enter(resource.resourceType, -1)
  if (rules !== undefined) checkObject(walk, rules, resource)
  const { issues } = walk.issues
  if (issues.length > 0 || resource.resourceType !== 'SearchParameter') return issues
  return [...checkOwnParameter(definitions, resource)]
}
