/**
 * Keeps what was used last, at least so many and at most twice as many. What is found again costs no more than looking
 * it up: nothing is put in order until half of all is dropped at once.
 */
export class RecentMap<Value> {
  readonly #kept: number
  #recent = new Map<string, Value>()
  #older = new Map<string, Value>()

  constructor(kept: number) {
    this.#kept = kept
  }

  get(key: string): Value | undefined {
    const recent = this.#recent.get(key)
    if (recent !== undefined) return recent
    const older = this.#older.get(key)
    if (older !== undefined) this.set(key, older)
    return older
  }

  set(key: string, value: Value): void {
    if (this.#recent.size >= this.#kept && !this.#recent.has(key)) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(key, value)
  }
}
