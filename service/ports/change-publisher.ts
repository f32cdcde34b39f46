import type { CommittedChange } from './change-feed.ts'

/** Tells those who listen what has changed. */
export interface ChangePublisher {
  /**
   * In the order of a resource's versions. May be told the same change twice.
   * @throws Fault unavailable or throttled where it is not certain that all of them are told.
   */
  publish(changes: readonly CommittedChange[], deadline: number): Promise<void>
}
