/** A process of its own: how long to the first answer from its start, and its memory then. */
import { openEngine } from './graphql-engines.ts'

const [, , kind = '', folder = '', query = ''] = process.argv
const { ask, close } = await openEngine(kind, folder)
const opened = performance.now()
await ask(query)
const answered = performance.now()
const round = (value: number): number => Math.round(value)
process.send?.({
  answeredMs: round(answered),
  firstMs: round(answered - opened),
  rssMb: round(process.memoryUsage.rss() / 1e6),
  heapMb: round(process.memoryUsage().heapUsed / 1e6),
})
await close()
