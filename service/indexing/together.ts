/**
 * What is asked for several times at the same moment is done once. It begins after all of them have asked, so that none
 * of them gets what was true before. Who asks later has it done again.
 */
export class Together<T> {
  readonly #asked = new Map<string, Promise<T>>()

  /** What has the same key is the same. */
  once(key: string, task: () => Promise<T>): Promise<T> {
    const asked = this.#asked.get(key)
    if (asked) return asked
    const outcome = Promise.resolve().then(() => {
      this.#asked.delete(key)
      return task()
    })
    this.#asked.set(key, outcome)
    return outcome
  }
}
