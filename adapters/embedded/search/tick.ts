import type { DatabaseSync } from 'node:sqlite'

/** Thrown out of a statement that has used up its time. */
export class OutOfTime extends Error {}

const CALLS_PER_LOOK = 256

/**
 * node:sqlite can't interrupt a statement: every scan calls `tick(key)`, true for each row, which throws once the time
 * is over.
 */
export class Ticker {
  #calls = 0
  #end = Number.POSITIVE_INFINITY
  #patienceEnd: number | undefined

  constructor(database: DatabaseSync) {
    database.function('tick', { directOnly: true }, (_key: unknown) => this.#tick())
    database.function('patient', { directOnly: true }, milliseconds => this.#patient(Number(milliseconds)))
  }

  /** Runs `work` with so much time for its statements. @throws OutOfTime */
  within<T>(milliseconds: number, work: () => T): T {
    this.#calls = 0
    this.#patienceEnd = undefined
    this.#end = performance.now() + milliseconds
    try {
      return work()
    } finally {
      this.#end = Number.POSITIVE_INFINITY
    }
  }

  /** @throws OutOfTime */
  look(): void {
    if (performance.now() > this.#end) throw new OutOfTime()
  }

  /** `patient(milliseconds)`: whether no more have gone by since it was first asked. */
  #patient(milliseconds: number): number {
    const now = performance.now()
    this.#patienceEnd ??= now + milliseconds
    return now < this.#patienceEnd ? 1 : 0
  }

  #tick(): number {
    if (++this.#calls % CALLS_PER_LOOK === 0) this.look()
    return 1
  }
}
