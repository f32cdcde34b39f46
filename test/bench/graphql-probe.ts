/** A process of its own: how long to the first answer from its start, and its memory then. */
import { type EngineKind, openEngine } from './graphql-engines.ts'

export interface ProbeResult {
  readonly answeredMs: number
  readonly firstMs: number
  readonly rssMb: number
  readonly heapMb: number
}

const [, , kind = '', folder = '', query = ''] = process.argv
const { ask, close } = await openEngine(kind as EngineKind, folder)
const opened = performance.now()
await ask(query)
const answered = performance.now()
const round = (value: number): number => Math.round(value)
const result: ProbeResult = {
  answeredMs: round(answered),
  firstMs: round(answered - opened),
  rssMb: round(process.memoryUsage.rss() / 1e6),
  heapMb: round(process.memoryUsage().heapUsed / 1e6),
}
process.send?.(result)
await close()
