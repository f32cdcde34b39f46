import type { MessagePort, Worker } from 'node:worker_threads'
import { type Fault, fault } from '#service/fault.ts'
import { StaleParameters } from '#service/ports/parameter-store.ts'
import type { CommitResult } from '#service/ports/resource-store.ts'
import type { Cell, FromWriter, JobWrite, PurgeTarget, ReindexRequest, ToWriter, WriteOutcome } from './wire.ts'

interface Waiting {
  readonly resolve: (result: CommitResult) => void
  readonly reject: (error: Error) => void
}

/** The number that the writer's first word answers. */
const READY = 0

/** This thread's line to the writer. */
export class WriterClient {
  readonly #port: MessagePort | Worker
  readonly #waiting = new Map<number, Waiting>()
  readonly #listeners = new Set<() => void>()
  readonly #jobListeners = new Set<() => void>()
  #lastNumber = 0
  #numbers: number[] = []
  #requests: (readonly Cell[])[] = []
  #closed: (() => void) | undefined
  #lost: Fault | undefined

  constructor(port: MessagePort | Worker) {
    this.#port = port
    port.on('message', (message: FromWriter) => this.#receive(message))
    port.on('error', (error: Error) => this.#lose(error.message))
    port.on('exit', () => this.#lose('The writer thread has ended.'))
    port.on('close', () => this.#lose('The line to the writer thread is closed.'))
  }

  /** Resolves once the writer has opened the data. */
  ready(): Promise<void> {
    return this.#answer(READY).then(() => undefined)
  }

  commit(cells: readonly Cell[]): Promise<CommitResult> {
    if (this.#requests.length === 0) setImmediate(() => this.#flush())
    const number = ++this.#lastNumber
    this.#numbers.push(number)
    this.#requests.push(cells)
    return this.#answer(number)
  }

  async acknowledge(consumer: string, position: number): Promise<void> {
    const number = ++this.#lastNumber
    const answer = this.#answer(number)
    this.#send({ kind: 'acknowledge', number, consumer, position })
    await answer
  }

  purge(target: PurgeTarget): Promise<CommitResult> {
    const number = ++this.#lastNumber
    const answer = this.#answer(number)
    this.#send({ kind: 'purge', number, target })
    return answer
  }

  async reindex(request: ReindexRequest): Promise<void> {
    const number = ++this.#lastNumber
    const answer = this.#answer(number)
    this.#send({ kind: 'reindex', number, request })
    await answer
  }

  /** false: the revision to replace is not there. */
  async writeJob(write: JobWrite): Promise<boolean> {
    const number = ++this.#lastNumber
    const answer = this.#answer(number)
    this.#send({ kind: 'job', number, write })
    return (await answer).committed
  }

  subscribe(listener: () => void): () => void {
    return this.#listenTo(this.#listeners, listener)
  }

  /** Told of each job that waits, whichever thread it came from. */
  subscribeToJobs(listener: () => void): () => void {
    return this.#listenTo(this.#jobListeners, listener)
  }

  #listenTo(listeners: Set<() => void>, listener: () => void): () => void {
    if (this.#listeners.size + this.#jobListeners.size === 0) this.#send({ kind: 'subscribe' })
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }

  /** Another line to the same writer, for a thread of its own. */
  connect(port: MessagePort): void {
    this.#port.postMessage({ kind: 'connect', port } satisfies ToWriter, [port])
  }

  /** Everything that was asked before is written, then the writer closes its files. */
  close(): Promise<void> {
    if (this.#lost) return Promise.resolve()
    this.#flush()
    const closed = new Promise<void>(resolve => {
      this.#closed = resolve
    })
    this.#send({ kind: 'close' })
    return closed
  }

  #answer(number: number): Promise<CommitResult> {
    if (this.#lost) return Promise.reject(this.#lost)
    return new Promise((resolve, reject) => this.#waiting.set(number, { resolve, reject }))
  }

  /** One message for all that this turn of the event loop brought. */
  #flush(): void {
    if (this.#requests.length === 0) return
    this.#send({ kind: 'commit', numbers: this.#numbers, requests: this.#requests })
    this.#numbers = []
    this.#requests = []
  }

  #send(message: ToWriter): void {
    this.#port.postMessage(message)
  }

  #receive(message: FromWriter): void {
    switch (message.kind) {
      case 'ready':
        this.#settle(READY, { committed: true })
        return
      case 'committed':
        for (const listener of this.#listeners) listener()
        return
      case 'submitted':
        for (const listener of this.#jobListeners) listener()
        return
      case 'closed':
        this.#closed?.()
        return
      case 'results':
        for (const [index, number] of message.numbers.entries()) this.#settle(number, message.results[index])
    }
  }

  #settle(number: number, outcome: WriteOutcome | undefined): void {
    const waiting = this.#waiting.get(number)
    this.#waiting.delete(number)
    if (!waiting || !outcome) return
    if ('committed' in outcome) waiting.resolve(outcome)
    else waiting.reject(failureOf(outcome))
  }

  /** Whether a request that was under way has landed is not known: the client has to look. */
  #lose(message: string): void {
    this.#lost ??= fault('unavailable', 'The data store is not there at the moment.', { internal: message })
    for (const waiting of this.#waiting.values()) waiting.reject(this.#lost)
    this.#waiting.clear()
    this.#closed?.()
  }
}

function failureOf({ failure, message }: Extract<WriteOutcome, { readonly failure: string }>): Error {
  switch (failure) {
    case 'stale':
      return new StaleParameters()
    case 'expired':
      return fault('unavailable', 'The server was too busy to write this in time; nothing was written.', {
        internal: message,
        retryAfterSeconds: 1,
      })
    case 'failed':
      return fault('unavailable', 'The data store could not write this; nothing was written.', { internal: message })
    case 'bug':
      return new Error(`The writer failed: ${message}`)
  }
}
