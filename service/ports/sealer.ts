import type { Tenant } from '../call.ts'

/**
 * Seals what leaves the server and comes back (page links): it can't be read, since a sort value may be a patient's
 * name and links end in logs, nor forged, nor moved to another tenant. The same text gives the same seal.
 */
export interface Sealer {
  /** URL-safe text (base64url). */
  seal(tenant: Tenant, text: string): string
  /** The text; undefined where `sealed` is not what `seal` gave for this tenant. */
  open(tenant: Tenant, sealed: string): string | undefined
}
