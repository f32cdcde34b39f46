/** How long a list is taken to be as long as it was. Writes may make it grow by some ten thousand rows meanwhile. */
const REMEMBERED_MS = 5_000

const REMEMBERED_MAX = 5_000

interface Estimate {
  readonly rows: number
  /** How far was counted: there may be more rows where they are as many. */
  readonly bound: number
  /** By performance.now(). */
  readonly expires: number
}

/** Lengths of lists, for plans: one that is out of date costs time, and never changes an answer. */
export class Estimates {
  readonly #known = new Map<string, Estimate>()

  /** Rows of the list of this name, at most `bound`. */
  rows(name: string, bound: number, count: () => number): number {
    const now = performance.now()
    const known = this.#known.get(name)
    if (known && known.expires > now && (known.rows < known.bound || known.bound >= bound)) {
      return Math.min(known.rows, bound)
    }
    const rows = count()
    // What is known longest goes first, whether it is out of date or not.
    this.#known.delete(name)
    const [oldest] = this.#known.keys()
    if (this.#known.size >= REMEMBERED_MAX && oldest !== undefined) this.#known.delete(oldest)
    this.#known.set(name, { rows, bound, expires: now + REMEMBERED_MS })
    return rows
  }
}
