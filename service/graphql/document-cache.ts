/** Keeps what was made of the texts that came last, so that a client's few queries are parsed and checked once. */
export interface TextCache<T> {
  /** What `make` made of the text, now or before. What it throws is not kept. */
  get(text: string, make: (text: string) => T): T
}

export function createTextCache<T>(entriesMax: number, lengthMax: number): TextCache<T> {
  // A Map is in the order of insertion: the first entry is the one that was not used for the longest time.
  const entries = new Map<string, T>()
  return {
    get(text, make) {
      const known = entries.get(text)
      if (known !== undefined) {
        entries.delete(text)
        entries.set(text, known)
        return known
      }
      const made = make(text)
      if (text.length > lengthMax) return made
      entries.set(text, made)
      if (entries.size > entriesMax) {
        const [oldest] = entries.keys()
        if (oldest !== undefined) entries.delete(oldest)
      }
      return made
    },
  }
}
