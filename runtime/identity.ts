/** Who calls, by the claims of a token that API Gateway, AppSync or runtime/local/login.ts has verified. */
import { type Caller, fault, type Tenant, tenantOf } from '#service/index.ts'

export interface Identity {
  readonly tenant: Tenant
  readonly caller: Caller
}

export type Claims = Readonly<Record<string, unknown>>

/** Where a deployment's tokens say what. */
export interface IdentityTerms {
  /** multi: each caller belongs to the tenant that the token names. */
  readonly tenancy: 'single' | 'multi'
  readonly rolesClaim: string
  readonly tenantClaim: string
}

const ONLY_TENANT = tenantOf('default')

/** Of whom there is no token: without a role. */
export const ANONYMOUS: Identity = Object.freeze({ tenant: ONLY_TENANT, caller: { subject: 'anonymous', roles: [] } })

/** @throws Fault unauthenticated where the claims name nobody, forbidden where they name no tenant of many */
export function identityOf(claims: Claims, terms: IdentityTerms): Identity {
  const { sub } = claims
  if (typeof sub !== 'string' || sub === '')
    throw fault('unauthenticated', 'The token names nobody: it has no claim sub')
  const client = [claims.client_id, claims.azp, claims.aud].find(each => typeof each === 'string')
  return {
    tenant: terms.tenancy === 'single' ? ONLY_TENANT : tenantIn(claims, terms.tenantClaim),
    caller: { subject: sub, roles: textsOf(claims[terms.rolesClaim]), ...(client !== undefined && { client }) },
  }
}

function tenantIn(claims: Claims, name: string): Tenant {
  const tenant = claims[name]
  try {
    if (typeof tenant === 'string') return tenantOf(tenant)
  } catch {
    // Not of the form: as good as none.
  }
  throw fault('forbidden', `The token names no tenant: its claim ${name} must be 1 to 64 letters, digits, - or _`)
}

/** API Gateway makes one text of a list, with commas; so does many a login of a list with spaces. */
function textsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.filter(each => typeof each === 'string')
  return typeof value === 'string' ? value.split(/[\s,]+/).filter(each => each !== '') : []
}
