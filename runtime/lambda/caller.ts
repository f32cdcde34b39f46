/** Who calls, as API Gateway and AppSync say it: both have verified the token before a function hears of it. */
import { ANONYMOUS, type Claims, type Identity, type IdentityTerms, identityOf } from '../identity.ts'
import type { ProxyEvent } from './api-gateway.ts'

/** The few addresses that need no token come without claims. @throws Fault unauthenticated, forbidden */
export function proxyIdentity({ requestContext }: ProxyEvent, terms: IdentityTerms): Identity {
  const claims = requestContext.authorizer?.claims
  return claims ? identityOf(claims, terms) : ANONYMOUS
}

interface AppsyncIdentity {
  readonly claims?: Claims
  /** What a Lambda authorizer says: text by name. */
  readonly resolverContext?: Claims
  readonly userArn?: string
}

/**
 * AppSync's `identity`, the same for all of a batch: with claims after a login by Cognito or OpenID Connect, with what
 * a Lambda authorizer says in their place, without either for API keys (nothing at all) and IAM, which have no groups
 * and so no role.
 * @throws Fault unauthenticated, forbidden
 */
export function appsyncIdentity(event: unknown, terms: IdentityTerms): Identity {
  const [first] = Array.isArray(event) ? event : [event]
  const { identity } = (first ?? {}) as { readonly identity?: AppsyncIdentity }
  const claims = identity?.claims ?? identity?.resolverContext
  if (claims) return identityOf(claims, terms)
  return typeof identity?.userArn === 'string'
    ? { ...ANONYMOUS, caller: { subject: identity.userArn, roles: [] } }
    : ANONYMOUS
}
