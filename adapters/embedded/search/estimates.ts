import { RecentMap } from './recent-map.ts'

/** How long a list is taken to be as long as it was. Writes may make it grow by some ten thousand rows meanwhile. */
const REMEMBERED_MS = 5_000

const REMEMBERED = 2_500

interface Estimate {
  readonly rows: number
  /** How far was counted: there may be more rows where they are as many. */
  readonly bound: number
  /** By performance.now(). */
  readonly expires: number
}

/** Lengths of lists, for plans: one that is out of date costs time, and never changes an answer. */
export class Estimates {
  readonly #known = new RecentMap<Estimate>(REMEMBERED)

  /** Rows of the list of this name, at most `bound`. */
  rows(name: string, bound: number, count: () => number): number {
    const now = performance.now()
    const known = this.#known.get(name)
    if (known && known.expires > now && (known.rows < known.bound || known.bound >= bound)) {
      return Math.min(known.rows, bound)
    }
    const rows = count()
    this.#known.set(name, { rows, bound, expires: now + REMEMBERED_MS })
    return rows
  }
}
