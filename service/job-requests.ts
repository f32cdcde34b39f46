/** What goes on after its answer, and what is asked for more than once. */
import type { Call } from './call.ts'
import type { JsonValue } from './resource/content.ts'

/** A request that is to have its effect once, however often it comes. */
export interface OnceRequest {
  /** Idempotency-Key, as the client chose it. */
  readonly key: string
  /** Hash of what was sent: the same key with anything else is refused. */
  readonly fingerprint: string
}

export interface AsyncBundleRequest {
  /** The Bundle, or Parameters with the `reference` of one that was uploaded. */
  readonly content: JsonValue
  readonly prefer?: 'minimal' | 'representation' | 'OperationOutcome'
}

export interface SubmittedJob {
  /** Unguessable. */
  readonly id: string
}

export type JobStatus =
  | { readonly kind: 'running'; readonly progress: string }
  /** The answer is larger than is good to pass on: the client gets it there, within some minutes. */
  | { readonly kind: 'elsewhere'; readonly url: string }
  /** HTTP status and JSON text of the resource that the request would have been answered with. */
  | { readonly kind: 'ended'; readonly status: number; readonly body: readonly Uint8Array[] }

/** How far a job was when it was given up: what it had written by then stays written. */
export interface CancelledJob {
  readonly was: 'waiting' | 'begun' | 'ended'
  /** When it was last told; entries that are under way are still done. */
  readonly progress?: string
}

export interface JobRun extends Pick<Call, 'tenant' | 'logger'> {
  readonly id: string
  /** Until then the work has to be done. */
  readonly deadline: number
  /**
   * Calls the function again and again until the one that it gives is called. Without it the worker is only known to be
   * alive where it writes.
   */
  readonly every?: (milliseconds: number, beat: () => Promise<void>) => () => void
}

/**
 * taken: another worker has it, and may die of it. lost: so it was while it was worked on here, or its owner gave it
 * up. nothing: nobody has to do anything for it any more.
 */
export type JobRunResult = 'ended' | 'taken' | 'lost' | 'nothing'
