import type { Tenant } from '../call.ts'

/** Who wants to hear of changes, where it is not the publisher itself that holds their connections. */
export interface Listeners {
  /** Somebody of the tenant listens from now on, for as long as a connection may last. Durable once it returns. */
  listen(tenant: Tenant, deadline: number): Promise<void>
  /** Whether somebody may be listening. Strongly consistent: who listens by now is told of what is committed after. */
  isHeard(tenant: Tenant, deadline: number): Promise<boolean>
}
