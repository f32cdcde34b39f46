/** Where changes go that a worker will never be able to work on: the others go on, and somebody looks at these. */
export interface RefusedChanges {
  /** @throws Fault unavailable where it is not certain that all of them are kept. */
  report(changes: readonly RefusedChange[], deadline: number): Promise<void>
}

export interface RefusedChange {
  readonly worker: string
  /** Where in the stream it was. */
  readonly sequenceNumber: string
  /** What is known of it; its content is in the store. */
  readonly tenant?: string
  readonly type?: string
  readonly id?: string
  readonly versionId?: number
  /** Name of the cause; never resource content. */
  readonly cause: string
}
