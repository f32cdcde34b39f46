/**
 * Clients send the same few header values again and again: what they mean is worked out once. A full memory is emptied,
 * so that a client that sends a new value each time costs time and no memory.
 */
export function memoize<T>(work: (text: string) => T, entriesMax = 256): (text: string) => T {
  const known = new Map<string, T>()
  return text => {
    const found = known.get(text)
    if (found !== undefined) return found
    const made = work(text)
    if (known.size >= entriesMax) known.clear()
    known.set(text, made)
    return made
  }
}
