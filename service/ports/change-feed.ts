import type { Tenant } from '../call.ts'
import type { VersionAttributes } from './stored-version.ts'

/** A committed change, without its body: whoever needs that reads it under its own rights. */
export interface CommittedChange extends VersionAttributes {
  readonly tenant: Tenant
}

/** Committed changes in commit order, delivered at least once to each named consumer. */
export interface ChangeFeed {
  /** Up to `limit` changes that the consumer has not acknowledged, oldest first, and the position after the last. */
  read(consumer: string, limit: number): Promise<ChangePage>
  /** Everything up to this position is done with, durably. */
  acknowledge(consumer: string, position: number): Promise<void>
  /** The position after everything committed so far, for who wants to hear of what comes from now on. */
  end(): Promise<number>
  /** Up to `limit` changes behind a position, oldest first, for who keeps its position itself. */
  after(position: number, limit: number): Promise<ChangePage>
  /** Called (without argument, maybe more than once) when there may be something new. Returns how to stop listening. */
  subscribe(listener: () => void): () => void
}

export interface ChangePage {
  readonly changes: readonly CommittedChange[]
  readonly position: number
}
