/** What transactions of many creates cost, by their number. */
import type { GatewayProcess } from '#test/support/gateway-process.ts'
import { median } from './cold-start.ts'
import { assertAnswered, onConnection } from './one-at-a-time.ts'
import type { RawRequest } from './raw-client.ts'
import { observation } from './tasks.ts'
import { transaction } from './transactions.ts'

export interface BundleCost {
  readonly entries: number
  readonly megabytes: number
  readonly times: number
  /** Medians of one after the other, from the first byte sent to the last of the answer. */
  readonly totalMs: number
  readonly entriesPerSecond: number
}

/** As many bundles as make about so many entries, but three at least. */
const ENTRIES_OF_SIZE = 6_000
const TIMES_MIN = 3
const WARMUPS = 10
const WARMUP_ENTRIES = 100

export async function measureBundles(
  gateway: GatewayProcess,
  sizes: readonly number[],
): Promise<readonly BundleCost[]> {
  let written = 0
  const next = (entries: number): RawRequest => {
    written += entries
    return creates(entries, written)
  }
  return onConnection(gateway, async send => {
    const ask = async (request: RawRequest): Promise<number> => {
      const start = performance.now()
      const answer = await send(request)
      const durationMs = performance.now() - start
      assertAnswered(answer, request)
      return durationMs
    }
    for (let warm = 0; warm < WARMUPS; warm++) await ask(next(WARMUP_ENTRIES))
    const costs: BundleCost[] = []
    for (const entries of sizes) {
      const times = Math.max(TIMES_MIN, Math.ceil(ENTRIES_OF_SIZE / entries))
      const durations: number[] = []
      for (let time = 0; time < times; time++) durations.push(await ask(next(entries)))
      const totalMs = median(durations)
      const megabytes = Buffer.byteLength(creates(entries, written).body ?? '') / 1e6
      costs.push({ entries, megabytes, times, totalMs, entriesPerSecond: (entries / totalMs) * 1000 })
    }
    return costs
  })
}

const creates = (entries: number, from: number): RawRequest =>
  transaction(
    Array.from({ length: entries }, (_, index) => ({
      resource: JSON.parse(observation({ patient: '1', code: 'http://loinc.org|85354-9', index: from + index })),
      request: { method: 'POST', url: 'Observation' },
    })),
  )
