/** For our own mistakes only: what the code believes to be impossible. Never for input. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant violated: ${message}`)
}

/** The end of an exhaustive switch. */
export function unreachable(value: never): never {
  throw new Error(`Invariant violated: unexpected ${JSON.stringify(value)}`)
}
