import type { RefusedChange } from './refused-changes.ts'

/** The changes that workers have refused, for whoever brings them in once their cause is gone. */
export interface RefusedChangesQueue {
  /** Some that wait; none: there are no more at the moment. What was taken is not given again for a while. */
  take(deadline: number): Promise<readonly WaitingChange[]>

  /** They are dealt with. */
  remove(changes: readonly WaitingChange[], deadline: number): Promise<void>
}

export interface WaitingChange {
  /** Of this one time that it was taken. */
  readonly receipt: string
  /** undefined: a batch of the stream that was given up as a whole; what was in it can't be told any more. */
  readonly change: RefusedChange | undefined
}
