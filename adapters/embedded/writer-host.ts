import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import type { Logger } from '#service/ports/logger.ts'
import { createEpoch } from './epoch.ts'
import type { ToLine, ToWriter, WriterThreadData } from './wire.ts'

export interface WriterHostOptions {
  readonly folder: string
  readonly logger: Logger | undefined
  /** A thread that runs writer-thread.ts on the folder. */
  readonly startThread?: (data: WriterThreadData) => Worker
  /** How long to wait before each of the attempts to have a thread again; after the last one there are no more. */
  readonly delaysMs?: readonly number[]
}

const DELAYS_MS: readonly number[] = [0, 1_000, 5_000, 15_000, 60_000]

/** A thread that did its work for so long died of something else than the one before. */
const SOUND_MS = 60_000

const startWriterThread = (workerData: WriterThreadData): Worker =>
  new Worker(new URL('./writer-thread.ts', import.meta.url), { workerData })

/**
 * Owns the thread that writes. Where it dies, another one opens the data, and each line of this process is led to that
 * one: what was committed is there, and nothing of what was not.
 */
export class WriterHost {
  readonly #data: WriterThreadData
  readonly #logger: Logger | undefined
  readonly #startThread: (data: WriterThreadData) => Worker
  readonly #delaysMs: readonly number[]
  readonly #lines = new Set<MessagePort>()
  #thread: Worker | undefined
  #attempts = 0
  #retry: NodeJS.Timeout | undefined
  #closing = false

  constructor({ folder, logger, startThread = startWriterThread, delaysMs = DELAYS_MS }: WriterHostOptions) {
    this.#data = { folder, epoch: createEpoch() }
    this.#logger = logger
    this.#startThread = startThread
    this.#delaysMs = delaysMs
  }

  /** Resolves once the thread has opened the data; rejects with what it failed of. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => this.#run(resolve, reject))
  }

  /** For one WriterClient, of this thread or another. */
  connect(): MessagePort {
    const { port1, port2 } = new MessageChannel()
    this.#lines.add(port1)
    port1.on('close', () => this.#lines.delete(port1))
    this.#lead(port1)
    return port2
  }

  /** From now on the thread may end. @param end asks it to, where there is one. */
  async close(end: () => Promise<void>): Promise<void> {
    this.#closing = true
    clearTimeout(this.#retry)
    if (this.#thread) await end()
    for (const line of this.#lines) line.close()
  }

  #run(ready: () => void, failed: (error: Error) => void): void {
    const thread = this.#startThread(this.#data)
    let reason: unknown
    let soundAt = Number.POSITIVE_INFINITY
    this.#thread = thread
    for (const line of this.#lines) this.#lead(line)
    // Its only word on this line.
    thread.once('message', () => {
      soundAt = performance.now() + SOUND_MS
      ready()
    })
    thread.on('error', error => {
      reason = error
    })
    thread.on('exit', () => {
      this.#thread = undefined
      if (this.#closing) return
      if (performance.now() >= soundAt) this.#attempts = 0
      const error = reason instanceof Error ? reason : new Error('The writer thread was ended.')
      if (soundAt === Number.POSITIVE_INFINITY) failed(error)
      else this.#restart(error)
    })
  }

  #restart(error: Error): void {
    const fields = { reason: error.message }
    const delayMs = this.#delaysMs[this.#attempts++]
    if (delayMs === undefined) {
      this.#logger?.error(
        'The writer thread ended again, and is given up: reading goes on, writes are refused until the server is restarted',
        fields,
      )
      for (const line of this.#lines) line.postMessage({ kind: 'gone' } satisfies ToLine)
      return
    }
    this.#logger?.error('The writer thread ended, and is started again', { ...fields, delayMs })
    this.#retry = setTimeout(() => {
      const started = () => this.#logger?.info('The writer thread is there again')
      this.#run(started, again => this.#restart(again))
    }, delayMs)
  }

  #lead(line: MessagePort): void {
    if (!this.#thread) return
    const { port1, port2 } = new MessageChannel()
    this.#thread.postMessage({ kind: 'connect', port: port1 } satisfies ToWriter, [port1])
    line.postMessage({ kind: 'writer', port: port2, epoch: this.#data.epoch } satisfies ToLine, [port2])
  }
}
