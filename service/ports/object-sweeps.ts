/** How far the look at all objects has come, kept durably: one that takes longer than a run goes on in the next. */
export interface ObjectSweeps {
  /** undefined: none has ever begun. */
  read(deadline: number): Promise<ObjectSweepState | undefined>
  write(state: ObjectSweepState, deadline: number): Promise<void>
}

export interface ObjectSweepState {
  /** Milliseconds since the epoch. */
  readonly began: number
  /** The objects that it looks at are those kept since then; the ones before it have looked at the others. */
  readonly keptSince: number
  /** Where it goes on; undefined: it has come to the end. */
  readonly after: string | undefined
}
