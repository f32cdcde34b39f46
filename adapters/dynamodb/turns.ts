/** Node takes a longer time for none at all. */
const TIMER_MS_MAX = 2 ** 31 - 1

/** So many at a time; the others wait for their turn, in the order in which they came. */
export class Turns {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor(max: number) {
    this.#free = max
  }

  /** Whether the turn came in time. Whoever has had one must `end` it. */
  async take(withinMs: number): Promise<boolean> {
    if (this.#free > 0) {
      this.#free--
      return true
    }
    return new Promise(resolve => {
      const begin = () => {
        clearTimeout(timer)
        resolve(true)
      }
      const giveUp = () => {
        this.#waiting.delete(begin)
        resolve(false)
      }
      const timer = setTimeout(giveUp, Math.min(withinMs, TIMER_MS_MAX))
      this.#waiting.add(begin)
    })
  }

  end(): void {
    const [next] = this.#waiting
    if (!next) {
      this.#free++
      return
    }
    this.#waiting.delete(next)
    next()
  }
}
