/** Of all tenants: transactions whose time is over, and that neither their committer nor a worker has ended. */
export interface OverdueTransactions {
  /** Ends up to so many of them, the oldest first. Others are left alone, and may be met again. */
  sweep(limit: number, deadline: number): Promise<Sweep>
}

export interface Sweep {
  /** At an end: nothing of them appears any more. */
  readonly closed: number
  /** Brought to their end just now; what follows the store has to catch up with them. */
  readonly open: number
  readonly failed: number
}
