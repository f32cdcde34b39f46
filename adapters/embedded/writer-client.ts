import type { MessagePort } from 'node:worker_threads'
import { type Fault, fault } from '#service/fault.ts'
import { StaleParameters } from '#service/ports/parameter-store.ts'
import type { CommitResult } from '#service/ports/resource-store.ts'
import { diskFull } from './engine-errors.ts'
import { type Epoch, settledEpoch } from './epoch.ts'
import type { Cell, FromWriter, JobWrite, PurgeTarget, ReindexRequest, ToLine, ToWriter, WriteOutcome } from './wire.ts'

interface Waiting {
  readonly resolve: (result: CommitResult) => void
  readonly reject: (error: Error) => void
}

/** What a line is without a thread: before the first one, between two, and after the last. */
type Absence = 'awaited' | 'lost' | 'gone'

/** This thread's line to whichever thread writes. */
export class WriterClient {
  readonly #line: MessagePort
  readonly #waiting = new Map<number, Waiting>()
  readonly #listeners = new Set<() => void>()
  readonly #jobListeners = new Set<() => void>()
  #lastNumber = 0
  #numbers: number[] = []
  #requests: (readonly Cell[])[] = []
  /** For the first thread. */
  readonly #held: ToWriter[] = []
  #writer: MessagePort | Absence = 'awaited'
  #closed: (() => void) | undefined
  #epoch: Epoch | undefined

  /** @param line of WriterHost.connect */
  constructor(line: MessagePort) {
    this.#line = line
    line.on('message', (message: ToLine) => {
      if (message.kind === 'writer') {
        this.#epoch = message.epoch
        this.#open(message.port)
      } else this.#lose('gone')
    })
    line.on('close', () => this.#lose('gone'))
  }

  /** See settledEpoch. */
  epoch(): number | undefined {
    return settledEpoch(this.#epoch)
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
    const isFirst = this.#listeners.size + this.#jobListeners.size === 0
    if (isFirst && typeof this.#writer !== 'string') this.#send({ kind: 'subscribe' })
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }

  /** Everything that was asked before is written, then the writer closes its files. */
  close(): Promise<void> {
    if (this.#writer === 'lost' || this.#writer === 'gone') return Promise.resolve()
    this.#flush()
    const closed = new Promise<void>(resolve => {
      this.#closed = resolve
    })
    this.#send({ kind: 'close' })
    return closed
  }

  /** Of a line that is not the writer's own: the thread that writes goes on. */
  end(): void {
    this.#line.close()
    if (typeof this.#writer !== 'string') this.#writer.close()
  }

  #answer(number: number): Promise<CommitResult> {
    if (this.#writer === 'lost' || this.#writer === 'gone') return Promise.reject(absent(this.#writer))
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
    if (typeof this.#writer !== 'string') this.#writer.postMessage(message)
    else if (this.#writer === 'awaited') this.#held.push(message)
  }

  #open(writer: MessagePort): void {
    // The end of the thread before may not have come by yet.
    if (this.#writer !== 'awaited') this.#lose('lost')
    this.#writer = writer
    writer.on('message', (message: FromWriter) => this.#receive(message))
    writer.on('close', () => {
      if (this.#writer === writer) this.#lose('lost')
    })
    if (this.#listeners.size + this.#jobListeners.size > 0) this.#send({ kind: 'subscribe' })
    for (const message of this.#held.splice(0)) this.#send(message)
  }

  #receive(message: FromWriter): void {
    switch (message.kind) {
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

  #lose(absence: 'lost' | 'gone'): void {
    if (this.#writer === 'gone') return
    this.#writer = absence
    this.#numbers = []
    this.#requests = []
    for (const waiting of this.#waiting.values()) waiting.reject(interrupted())
    this.#waiting.clear()
    this.#closed?.()
  }
}

/** Whether it has landed is not known here. */
const interrupted = (): Fault =>
  fault(
    'unavailable',
    'The data store failed while this was being written; it may have been written or not. Read before trying again.',
    { internal: 'The writer thread ended.' },
  )

const absent = (absence: 'lost' | 'gone'): Fault =>
  absence === 'lost'
    ? fault('unavailable', 'The data store is about to start again; nothing was written.', { retryAfterSeconds: 1 })
    : fault('unavailable', 'The data store takes no more writes; nothing was written.', {
        internal: 'There is no writer thread any more.',
      })

function failureOf({ failure, message }: Extract<WriteOutcome, { readonly failure: string }>): Error {
  switch (failure) {
    case 'stale':
      return new StaleParameters()
    case 'expired':
      return fault('unavailable', 'The server was too busy to write this in time; nothing was written.', {
        internal: message,
        retryAfterSeconds: 1,
      })
    case 'full':
      return diskFull(message)
    case 'failed':
      return fault('unavailable', 'The data store could not write this; nothing was written.', { internal: message })
    case 'bug':
      return new Error(`The writer failed: ${message}`)
  }
}
