/** The main thread's side of the door thread, which door-worker.ts is the entry of. */
import { Worker } from 'node:worker_threads'
import type { HttpResponse } from '#rest/http-message.ts'
import { fault, type Limits, type Logger } from '#service/index.ts'
import type { Config } from '../env.ts'
import type { Connection } from './backend.ts'
import type { DoorTarget, DoorWorkerData, FromDoorWorker, ToDoorWorker } from './door-messages.ts'
import type { PlainRequest } from './plain-request.ts'

export interface DoorThreadOptions {
  readonly config: Config
  readonly limits: Partial<Limits>
  /** To the service, for the door thread to keep. */
  readonly connect: () => Connection
  readonly logger: Logger
}

/** Answers requests that take long or need much code in a thread of their own, so that the others are not held up. */
export interface DoorThread {
  /**
   * Before the first request needs it. Without it that request starts the thread, and so does one after it was lost.
   */
  start(): void
  /** Rejects with a Fault where the thread ends meanwhile. */
  send(target: DoorTarget, request: PlainRequest): Promise<HttpResponse>
  close(): Promise<void>
}

export function createDoorThread(options: DoorThreadOptions): DoorThread {
  let running: RunningThread | undefined
  const thread = (): RunningThread => {
    running ??= startThread(options, () => {
      running = undefined
    })
    return running
  }
  return {
    start: thread,
    send: (target, request) => thread().send(target, request),
    async close() {
      await running?.close()
    },
  }
}

interface RunningThread {
  send(target: DoorTarget, request: PlainRequest): Promise<HttpResponse>
  close(): Promise<void>
}

interface Waiting {
  readonly resolve: (response: HttpResponse) => void
  readonly reject: (reason: unknown) => void
}

function startThread({ config, limits, connect, logger }: DoorThreadOptions, onLost: () => void): RunningThread {
  const connection = connect()
  const workerData: DoorWorkerData = { config, limits, connection }
  const transferList = connection.kind === 'embedded' ? [connection.writer] : []
  const worker = new Worker(new URL('./door-worker.ts', import.meta.url), { workerData, transferList })
  const waiting = new Map<number, Waiting>()
  let lastNumber = 0
  let closing = false

  worker.on('message', ({ number, response }: FromDoorWorker) => {
    waiting.get(number)?.resolve(response)
    waiting.delete(number)
  })
  worker.on('error', error =>
    // A message could hold what a request held; a code of Node's doesn't.
    logger.error('The door thread failed', {
      error: error instanceof Error ? error.name : '',
      code: (error as NodeJS.ErrnoException).code,
    }),
  )
  worker.on('exit', code => {
    onLost()
    if (!closing) logger.error('The door thread ended', { code })
    const lost = fault('unavailable', 'The server could not finish this request.', { retryAfterSeconds: 1 })
    for (const { reject } of waiting.values()) reject(lost)
    waiting.clear()
  })

  return {
    send(target, request) {
      const number = ++lastNumber
      const answer = Promise.withResolvers<HttpResponse>()
      waiting.set(number, answer)
      const { body, movable } = movableBody(request.body)
      // What is sent before the thread listens waits for it.
      worker.postMessage({ number, target, request: { ...request, body } } satisfies ToDoorWorker, movable)
      return answer.promise
    },
    async close() {
      closing = true
      await worker.terminate()
    },
  }
}

/**
 * A body moves to the other thread instead of being copied; with it goes all of its memory, so that must be its own.
 */
function movableBody(body: Uint8Array | undefined): { body: Uint8Array | undefined; movable: ArrayBuffer[] } {
  if (!body) return { body, movable: [] }
  const { buffer, byteLength } = body
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) return { body, movable: [buffer] }
  const copy = new Uint8Array(body)
  return { body: copy, movable: [copy.buffer] }
}
