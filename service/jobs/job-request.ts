/** What a job's worker has to know of the request that began it. */
import type { Call, Caller } from '../call.ts'
import type { BundleRequest } from '../fhir-service.ts'
import type { Job } from '../ports/job-store.ts'
import { PASSING_PREFIX } from '../ports/object-store.ts'

/** Everything but the input itself, which is in the object store. */
export interface JobRequest {
  /** Its key there. */
  readonly input: string
  readonly caller: Caller
  readonly baseUrl: string
  readonly requestId: string
  readonly prefer?: NonNullable<BundleRequest['prefer']>
}

export const jobRequestOf = ({ request }: Job): JobRequest => JSON.parse(request) as JobRequest

/** The call as which the job runs: under the rights that its owner had when the job was begun. */
export const callOfJob = (
  { caller, baseUrl, requestId }: JobRequest,
  worker: Pick<Call, 'tenant' | 'deadline' | 'logger'>,
): Call => ({ ...worker, caller, baseUrl, requestId, door: 'worker' })

/** Who may see a job: the caller, and the application that acts for it. */
export const ownerOf = ({ subject, client }: Caller): string => JSON.stringify([subject, client ?? ''])

export const jobInputKey = (id: string): string => `${PASSING_PREFIX}jobs/${id}/input`
export const jobResultKey = (id: string, revision: number): string => `${PASSING_PREFIX}jobs/${id}/result-${revision}`
