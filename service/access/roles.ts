/** Roles as data: what a deployment lets the members of its groups do. */
import { INTERACTION_CODES, type InteractionCode } from './policy.ts'

/** Both must hold: one of these interactions, with a resource of one of these types. */
export interface RoleRule {
  readonly interactions: readonly InteractionCode[] | 'all'
  readonly types: readonly string[] | 'all'
}

/** By role; what any of its rules allows is allowed. */
export type Roles = Readonly<Record<string, readonly RoleRule[]>>

const READING: readonly InteractionCode[] = ['read', 'vread', 'history-instance', 'history-type', 'search-type']

/** R4 modules: the types of the financial module, but for those that are requests and responses of clinical work. */
const FINANCIAL_TYPES = [
  'Account',
  'ChargeItem',
  'ChargeItemDefinition',
  'Claim',
  'ClaimResponse',
  'Contract',
  'Coverage',
  'CoverageEligibilityRequest',
  'CoverageEligibilityResponse',
  'EnrollmentRequest',
  'EnrollmentResponse',
  'ExplanationOfBenefit',
  'InsurancePlan',
  'Invoice',
  'PaymentNotice',
  'PaymentReconciliation',
]

/** Those of FHIR Works on AWS, so that its users keep their groups. */
export const DEFAULT_ROLES: Roles = Object.freeze({
  practitioner: [{ interactions: 'all', types: 'all' }],
  'non-practitioner': [{ interactions: READING, types: FINANCIAL_TYPES }],
  auditor: [{ interactions: READING, types: ['Patient'] }],
})

export type ParsedRoles = { readonly roles: Roles } | { readonly problem: string }

/**
 * `{ "nurse": [{ "interactions": ["read", "search-type"], "types": ["Patient"] }] }`, "all" in place of either list.
 * Whether types are R4's is for whoever knows which are served.
 */
export function parseRoles(text: string): ParsedRoles {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { problem: 'is no JSON' }
  }
  if (!isRecord(value)) return { problem: 'must be an object of roles' }
  for (const [role, rules] of Object.entries(value)) {
    const problem = problemOf(rules)
    if (problem) return { problem: `has a role '${role}' ${problem}` }
  }
  return { roles: value as Roles }
}

function problemOf(rules: unknown): string | undefined {
  if (!Array.isArray(rules)) return 'that is no list of rules'
  for (const rule of rules) {
    if (!isRecord(rule)) return 'with a rule that is no object'
    const { interactions, types, ...others } = rule
    const [unknown] = Object.keys(others)
    if (unknown !== undefined) return `with a rule that has '${unknown}': there are interactions and types`
    if (!isListOrAll(interactions, code => INTERACTION_CODES.includes(code as InteractionCode)))
      return `whose interactions are neither "all" nor a list of ${INTERACTION_CODES.join(', ')}`
    if (!isListOrAll(types, type => /^[A-Z][A-Za-z]+$/.test(type)))
      return 'whose types are neither "all" nor a list of resource types'
  }
  return undefined
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isListOrAll = (value: unknown, isItem: (text: string) => boolean): boolean =>
  value === 'all' || (Array.isArray(value) && value.every(item => typeof item === 'string' && isItem(item)))
