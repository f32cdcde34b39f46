/** What the local gateway runs over: the service, and how its threads come to the same one. */
import type { MessagePort } from 'node:worker_threads'
import type { Clock, FhirService, Logger } from '#service/index.ts'
import type { Ids } from '#service/ports/ids.ts'
import type { JobQueue } from '#service/ports/job-store.ts'
import type { ServicePlaces } from '../aws-environment.ts'
import type { ChangeSource } from './realtime/change-source.ts'

export interface Backend {
  readonly service: FhirService
  readonly clock: Clock
  readonly ids: Ids
  /** A new line for a thread to keep. */
  connect(): Connection
  /** Jobs that wait, where nothing else brings them to a worker. */
  readonly jobs?: JobQueue
  /** Takes away objects that nothing names, where nobody else does. How many that were. */
  readonly sweepObjects?: (logger: Logger) => Promise<number>
  /** For live updates. */
  readonly changes: ChangeSource
  close(): Promise<void>
}

/** By which another thread of this process opens the service. */
export type Connection =
  | { readonly kind: 'embedded'; readonly folder: string; readonly writer: MessagePort }
  | { readonly kind: 'engines'; readonly places: ServicePlaces }

/** It can't start, for a reason that whoever started it can put right. The message says why and what to do. */
export class StartError extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = 'StartError'
  }
}
