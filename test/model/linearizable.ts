/** Whether a history of calls of one resource can be told as if they had come one after the other. */

/** What a resource is at one moment: its newest version, and whether that is a tombstone. 0: it never was. */
export interface ResourceState {
  readonly version: number
  readonly deleted: boolean
  readonly value: number
}

const UNBORN: ResourceState = { version: 0, deleted: false, value: 0 }

/** One call with its answer, from when it was sent to when it was answered, by one clock. */
export interface Recorded {
  readonly start: number
  readonly end: number
  readonly text: string
  /** The state after it, were it to happen at this state with this answer; undefined: it can not. */
  readonly step: (state: ResourceState) => ResourceState | undefined
}

/**
 * Looks through every order that keeps to who was answered before who was sent. Searched depth-first with a memory of
 * what has been tried: which calls are done, and in which state.
 * @returns such an order; undefined: there is none.
 */
export function linearize(calls: readonly Recorded[]): readonly string[] | undefined {
  const sorted = [...calls].sort((a, b) => a.start - b.start)
  const tried = new Set<string>()
  const done = new Set<number>()
  /** The same as a number with a bit for each call. */
  let mask = 0n
  const order: string[] = []

  const search = (state: ResourceState): boolean => {
    if (done.size === sorted.length) return true
    const key = `${mask.toString(36)}|${state.version}|${state.deleted}|${state.value}`
    if (tried.has(key)) return false
    tried.add(key)
    // Whoever was sent after another one was answered can not come before it.
    const firstEnd = Math.min(...sorted.flatMap((call, index) => (done.has(index) ? [] : [call.end])))
    for (const [index, call] of sorted.entries()) {
      if (done.has(index)) continue
      if (call.start > firstEnd) break
      const next = call.step(state)
      if (!next) continue
      done.add(index)
      mask |= 1n << BigInt(index)
      order.push(call.text)
      if (search(next)) return true
      order.pop()
      mask &= ~(1n << BigInt(index))
      done.delete(index)
    }
    return false
  }
  return search(UNBORN) ? order : undefined
}
