import type { Tenant } from '../call.ts'

/** Does what a transaction's committer may not have come to. */
export interface TransactionFinisher {
  /**
   * Makes what a committed transaction wrote final, and takes the content out of what an aborted one wrote. May be done
   * twice, late, and beside the committer. open: the time of the transaction is not over, so nothing was done.
   */
  finish(tenant: Tenant, transaction: string, deadline: number): Promise<'finalized' | 'stripped' | 'open'>
}
