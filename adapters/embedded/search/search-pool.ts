import { Worker } from 'node:worker_threads'
import type { Tenant } from '#service/call.ts'
import { Fault, type FaultCategory, fault, type Issue } from '#service/fault.ts'
import type { SearchPage, SearchRequest } from '#service/ports/search-index.ts'
import { OutOfTime } from './tick.ts'

export interface ToSearchThread {
  readonly tenant: Tenant
  readonly request: SearchRequest
  readonly milliseconds: number
}

export type FromSearchThread =
  | { readonly kind: 'page'; readonly page: SearchPage }
  | { readonly kind: 'out-of-time' }
  | { readonly kind: 'fault'; readonly category: FaultCategory; readonly issues: readonly Issue[] }
  | { readonly kind: 'failed'; readonly message: string }

interface Job {
  readonly tenant: Tenant
  readonly request: SearchRequest
  /** By performance.now(). */
  readonly end: number
  readonly resolve: (page: SearchPage) => void
  readonly reject: (error: Error) => void
}

interface Thread {
  readonly worker: Worker
  job: Job | undefined
}

/** Threads for long searches, started when they are first needed. */
export class SearchPool {
  readonly #folder: string
  readonly #threadsMax: number
  readonly #threads: Thread[] = []
  readonly #waiting: Job[] = []
  #closed = false

  constructor(folder: string, threadsMax: number) {
    this.#folder = folder
    this.#threadsMax = threadsMax
  }

  /** @throws OutOfTime where it was not done, or not even begun, after so many milliseconds. */
  search(tenant: Tenant, request: SearchRequest, milliseconds: number): Promise<SearchPage> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ tenant, request, end: performance.now() + milliseconds, resolve, reject })
      this.#assign()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const job of this.#waiting.splice(0)) job.reject(closing())
    await Promise.all(this.#threads.map(thread => thread.worker.terminate()))
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#threads.find(each => !each.job) ?? this.#start()
      const job = thread && this.#waiting.shift()
      if (!job) return
      const milliseconds = job.end - performance.now()
      if (milliseconds <= 0) {
        job.reject(new OutOfTime())
        continue
      }
      thread.job = job
      thread.worker.postMessage({ tenant: job.tenant, request: job.request, milliseconds } satisfies ToSearchThread)
    }
  }

  #start(): Thread | undefined {
    if (this.#closed || this.#threads.length >= this.#threadsMax) return undefined
    const worker = new Worker(new URL('./search-thread.ts', import.meta.url), { workerData: { folder: this.#folder } })
    // An idle thread keeps no process alive.
    worker.unref()
    const thread: Thread = { worker, job: undefined }
    this.#threads.push(thread)
    worker.on('message', (message: FromSearchThread) => {
      const { job } = thread
      thread.job = undefined
      if (job) settle(job, message)
      this.#assign()
    })
    worker.on('error', error => this.#lose(thread, error.message))
    worker.on('exit', () => this.#lose(thread, 'The search thread has ended.'))
    return thread
  }

  #lose(thread: Thread, message: string): void {
    const place = this.#threads.indexOf(thread)
    if (place >= 0) this.#threads.splice(place, 1)
    thread.job?.reject(this.#closed ? closing() : lost(message))
    thread.job = undefined
    this.#assign()
  }
}

/** The next search starts another thread. */
const lost = (internal: string) =>
  fault('unavailable', 'The server could not finish this search.', { internal, retryAfterSeconds: 1 })

const closing = () => fault('unavailable', 'The server is shutting down.')

function settle(job: Job, message: FromSearchThread): void {
  switch (message.kind) {
    case 'page':
      job.resolve(message.page)
      return
    case 'out-of-time':
      job.reject(new OutOfTime())
      return
    case 'fault':
      job.reject(new Fault(message.category, message.issues))
      return
    case 'failed':
      job.reject(new Error(`A search failed: ${message.message}`))
  }
}
