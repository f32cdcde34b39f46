/** Made when it is first asked for. Answers undefined again each time, where that is the answer: it is as cheap. */
export function lazy<T>(make: () => T): () => T {
  let value: T | undefined
  return () => {
    value ??= make()
    return value
  }
}
