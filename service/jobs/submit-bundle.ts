/** R4 async.html: a Bundle that is worked on after its request has been answered. */
import { assertPermitted } from '../access/permit.ts'
import { parseBundle } from '../bundle/entries.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { AsyncBundleRequest, SubmittedJob } from '../fhir-service.ts'
import type { Job } from '../ports/job-store.ts'
import type { JsonValue } from '../resource/content.ts'
import { encodeUtf8, stringifyJson } from '../resource/json.ts'
import { jobPorts } from './job-ports.ts'
import { type JobRequest, jobInputKey, ownerOf } from './job-request.ts'
import { namesUpload, uploadedKey } from './uploads.ts'

/** How long a job, its input and its result are kept. */
const JOB_KEPT_MS = 24 * 60 * 60 * 1000

/**
 * The input is kept first, then the job that names it. What is wrong with the Bundle as a whole is told at once, what
 * is wrong with entries by the job.
 */
export async function submitBundle(
  context: ServiceContext,
  call: Call,
  { content, prefer }: AsyncBundleRequest,
): Promise<SubmittedJob> {
  const { jobs } = jobPorts(context)
  const id = context.ports.ids.nonce()
  const input = await inputOf(context, call, id, content)
  const now = context.ports.clock.now()
  const { caller, baseUrl, requestId } = call
  const request: JobRequest = { input, caller, baseUrl, requestId, ...(prefer && { prefer }) }
  const job: Job = {
    id,
    kind: 'bundle',
    revision: 1,
    state: 'queued',
    owner: ownerOf(caller),
    createdAt: now,
    updatedAt: now,
    expiresAt: now + JOB_KEPT_MS,
    request: JSON.stringify(request),
  }
  await jobs.submit(call.tenant, job, call.deadline)
  return { id }
}

const inputOf = (context: ServiceContext, call: Call, id: string, content: JsonValue): Promise<string> =>
  namesUpload(content) ? uploadedKey(context, call, content) : keepInput(context, call, id, content)

async function keepInput(context: ServiceContext, call: Call, id: string, content: JsonValue): Promise<string> {
  const { type } = parseBundle(context, context.definitions.for(call.tenant), call.baseUrl, content)
  assertPermitted(context.policy, call, type, undefined)
  const key = jobInputKey(id)
  await jobPorts(context).objects.put(call.tenant, key, encodeUtf8(stringifyJson(content)), {
    contentType: 'application/fhir+json',
    deadline: call.deadline,
  })
  return key
}
