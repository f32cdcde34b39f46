import type { Logger } from './ports/logger.ts'

declare const tenantBrand: unique symbol

/** A required argument of every port method, branded so that no other string passes for it. */
export type Tenant = string & { readonly [tenantBrand]: true }

const TENANT = /^[A-Za-z0-9_-]{1,64}$/

export const isTenant = (text: string): text is Tenant => TENANT.test(text)

/** @throws TypeError where the text is no tenant identifier; callers that take it from a request check first. */
export function tenantOf(text: string): Tenant {
  if (!isTenant(text))
    throw new TypeError(`A tenant is 1 to 64 letters, digits, '-' or '_', not ${JSON.stringify(text)}`)
  return text
}

export interface Caller {
  /** Who: a user's or client's stable identifier; `anonymous` where the deployment has no authentication. */
  readonly subject: string
  /** The application that acts for the caller, where the token names one. */
  readonly client?: string
  /** Groups that the login says the caller is a member of; undefined where there is no login. */
  readonly roles?: readonly string[]
  readonly claims?: Readonly<Record<string, unknown>>
}

export type Door = 'rest' | 'graphql' | 'worker'

/** First argument of every service operation: who asks, for which tenant, until when. */
export interface Call {
  readonly requestId: string
  readonly tenant: Tenant
  readonly caller: Caller
  readonly door: Door
  /** Base of the FHIR REST endpoint without a slash at its end: `http://localhost:8080/fhir`. */
  readonly baseUrl: string
  /** Milliseconds since the epoch by ports.clock; work past it is given up with `too-costly` or `unavailable`. */
  readonly deadline: number
  readonly logger: Logger
  /** URLs of their bytes in place of what Attachments say of Binaries, where the deployment offers that. */
  readonly attachments?: 'presigned'
}
