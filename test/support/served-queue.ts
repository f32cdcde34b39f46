/** A queue of jobs on this machine, as SQS answers, whose messages are worked on as they come. */
import { hash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { QueuePlace } from '#runtime/aws-environment.ts'
import { tenantOf } from '#service/index.ts'
import type { DueJob } from '#service/ports/job-store.ts'

export interface ServedQueue {
  readonly place: QueuePlace
  /** Jobs are done by this one from now on, one after the other; what came before comes first. */
  serve(work: (job: DueJob) => Promise<unknown>): void
  /** All that came is done once this returns. */
  settled(): Promise<void>
  close(): Promise<void>
}

export async function startServedQueue(): Promise<ServedQueue> {
  const waiting: DueJob[] = []
  let work: ((job: DueJob) => Promise<unknown>) | undefined
  let working: Promise<unknown> = Promise.resolve()
  const workOff = (): void => {
    const serve = work
    if (!serve) return
    for (const job of waiting.splice(0)) working = working.then(() => serve(job))
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { MessageBody: text } = JSON.parse(Buffer.concat(chunks).toString()) as { MessageBody: string }
    const { tenant, id } = JSON.parse(text) as { tenant: string; id: string }
    waiting.push({ tenant: tenantOf(tenant), id })
    response.setHeader('Content-Type', 'application/x-amz-json-1.0')
    response.end(JSON.stringify({ MessageId: '1', MD5OfMessageBody: hash('md5', text) }))
    workOff()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const local = { endpoint, accessKeyId: 'local', secretAccessKey: 'local' }
  return {
    place: { region: 'us-east-1', queueUrl: `${endpoint}/1/jobs`, local },
    serve(its) {
      work = its
      workOff()
    },
    async settled() {
      for (let seen: unknown; seen !== working; ) {
        seen = working
        await seen
      }
    },
    close: () => new Promise(resolve => void server.close(() => resolve())),
  }
}
