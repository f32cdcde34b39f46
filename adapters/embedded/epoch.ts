/**
 * Counts the commits of what hardly ever changes, so that readers may remember it: which resource types a tenant has,
 * which parameters a resource has several values of, revisions of search parameters. In memory that all threads of the
 * process share; no other process writes (see lockFolder). Odd: such a commit is under way.
 */
export type Epoch = Int32Array<SharedArrayBuffer>

export const createEpoch = (): Epoch => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))

/**
 * What was read since the epoch was this, and before it is looked at again and still this, is as of now.
 * undefined: a commit is under way, or this thread has not heard of the memory yet.
 */
export function settledEpoch(epoch: Epoch | undefined): number | undefined {
  const count = epoch && Atomics.load(epoch, 0)
  return count === undefined || isOdd(count) ? undefined : count
}

const isOdd = (count: number): boolean => (count & 1) === 1

/** For the one thread that writes. */
export class EpochWriter {
  readonly #epoch: Epoch

  /** What a thread before this one has left unsettled is committed by now, or never. */
  constructor(epoch: Epoch) {
    this.#epoch = epoch
    this.settle()
  }

  /** Before a commit that readers have to hear of. */
  unsettle(): void {
    if (!isOdd(Atomics.load(this.#epoch, 0))) Atomics.add(this.#epoch, 0, 1)
  }

  /** Behind each commit, before anybody is told of it, and behind each rollback. */
  settle(): void {
    if (isOdd(Atomics.load(this.#epoch, 0))) Atomics.add(this.#epoch, 0, 1)
  }
}
