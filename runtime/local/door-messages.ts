import type { HttpResponse } from '#rest/http-message.ts'
import type { Limits } from '#service/index.ts'
import type { Config } from '../env.ts'
import type { Connection } from './backend.ts'
import type { PlainRequest } from './plain-request.ts'

/** job: no door, but the work on a job; the body of the request names it. */
export type DoorTarget = 'fhir' | 'graphql' | 'subscription' | 'job'

/** What the door thread is started with. */
export interface DoorWorkerData {
  readonly config: Config
  readonly limits: Partial<Limits>
  readonly connection: Connection
}

export interface ToDoorWorker {
  readonly number: number
  readonly target: DoorTarget
  readonly request: PlainRequest
}

export interface FromDoorWorker {
  readonly number: number
  readonly response: HttpResponse
}
