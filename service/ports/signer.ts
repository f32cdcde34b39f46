import type { Tenant } from '../call.ts'

/** Seals what leaves the server and comes back (page links), so that it can't be forged or moved to another tenant. */
export interface Signer {
  /** Short URL-safe signature (base64url) of the text for this tenant. */
  sign(tenant: Tenant, text: string): string
  /** Constant-time comparison with the signature that `sign` gives. */
  verify(tenant: Tenant, text: string, signature: string): boolean
}
