/** Percentiles of durations. */
export interface Latencies {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/** Of durations in ms, in ms, to the hundredth. */
export function latenciesOf(durations: readonly number[]): Latencies {
  const sorted = Float64Array.from(durations).sort()
  const at = (share: number): number => {
    const value = sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)] ?? 0
    return Math.round(value * 100) / 100
  }
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}
