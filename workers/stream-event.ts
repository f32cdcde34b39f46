/** A batch of the table's stream as Lambda delivers it to a function, and what the function answers. */
export interface StreamEvent {
  readonly Records: readonly StreamRecord[]
}

/** What workers need of a record themselves; the rest of it is for the store's adapter. */
export interface StreamRecord {
  readonly dynamodb?: {
    readonly SequenceNumber?: string
    /** Seconds since the epoch. */
    readonly ApproximateCreationDateTime?: number
  }
}

/** Empty: all of it is done. Else the batch comes again from that record on. */
export interface StreamAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[]
}

/** deadline: milliseconds since the epoch. */
export type StreamHandler = (event: StreamEvent, deadline: number) => Promise<StreamAnswer>
