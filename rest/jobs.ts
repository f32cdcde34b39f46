/** Bundles that are worked on after the answer, and what becomes of them. R4 async.html */
import { type CancelledJob, fault, JOBS_SEGMENT } from '#service/index.ts'
import { jsonBody } from './body.ts'
import type { Exchange, Of } from './exchange.ts'
import { outcomeResponse } from './fault-to-response.ts'
import type { HttpResponse } from './http-message.ts'
import { preferenceOf } from './request.ts'
import { emptyResponse, jsonResponse } from './response.ts'

/** When to ask again; a job of thousands of entries takes some seconds. */
const RETRY_AFTER_SECONDS = '1'

/** 202 with where to ask: R4 async.html#3.1.6.2 */
export async function submitBundle({ service, request }: Exchange): Promise<HttpResponse> {
  if (request.headers['idempotency-key'] !== undefined) {
    throw fault(
      'invalid',
      'Idempotency-Key goes with a Bundle that is answered at once, not with Prefer: respond-async',
    )
  }
  const { return: prefer } = preferenceOf(request)
  const content = jsonBody(request)
  const { id } = await service.submitBundle(request.call, { content, ...(prefer && { prefer }) })
  return emptyResponse(202, { 'Content-Location': `${request.call.baseUrl}/${JOBS_SEGMENT}/${id}` })
}

export async function answerJobStatus({ service, request, rendering }: Exchange, { id }: Of<'job-status'>) {
  const job = await service.jobStatus(request.call, id)
  // The URL is a key in itself: no cache may keep it.
  if (job.kind === 'elsewhere') {
    return { status: 303, headers: { Location: job.url, 'Cache-Control': 'private, no-store' }, body: undefined }
  }
  if (job.kind === 'ended') return jsonResponse(rendering, job.status, {}, job.body)
  return emptyResponse(202, { 'X-Progress': job.progress, 'Retry-After': RETRY_AFTER_SECONDS })
}

/** R4 async.html#3.1.6.4: 202, with what has come of the job until then. */
export async function answerJobCancel({ service, request, rendering }: Exchange, { id }: Of<'job-cancel'>) {
  const { was, progress } = await service.cancelJob(request.call, id)
  const diagnostics = progress === undefined ? CANCELLED[was] : `${CANCELLED[was]} So far: ${progress}.`
  const issue = { severity: 'information', code: 'informational', diagnostics } as const
  return outcomeResponse(rendering, 202, {}, [issue])
}

const CANCELLED: Readonly<Record<CancelledJob['was'], string>> = {
  waiting: 'The job had not been begun: nothing was written, and nothing will be.',
  begun:
    'The job had been begun: what it has written stays written, a batch ends with the entries that are under way, and ' +
    'a transaction is written whole or not at all. Its result is thrown away; its status tells how many entries of a ' +
    'batch were done.',
  ended: 'The job had ended: what it has written stays written. Its result is thrown away.',
}
