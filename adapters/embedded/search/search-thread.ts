/** Entry of a thread for searches that take long. One at a time. */
import { parentPort, workerData } from 'node:worker_threads'
import { Fault } from '#service/fault.ts'
import { invariant } from '#service/invariant.ts'
import { openReader } from '../database.ts'
import { DictionaryReader } from '../dictionary-reader.ts'
import { THOROUGH_LIMITS } from './compile-context.ts'
import type { FromSearchThread, ToSearchThread } from './search-pool.ts'
import { Searcher } from './searcher.ts'
import { OutOfTime } from './tick.ts'

invariant(parentPort, 'long searches run in a thread of their own')
const port = parentPort
const database = openReader((workerData as { folder: string }).folder)
const searcher = new Searcher(database, new DictionaryReader(database))

port.on('message', ({ tenant, request, milliseconds }: ToSearchThread) => {
  port.postMessage(answer(tenant, request, milliseconds))
})

function answer(
  tenant: ToSearchThread['tenant'],
  request: ToSearchThread['request'],
  milliseconds: number,
): FromSearchThread {
  try {
    return { kind: 'page', page: searcher.search(tenant, request, milliseconds, THOROUGH_LIMITS) }
  } catch (error) {
    if (error instanceof OutOfTime) return { kind: 'out-of-time' }
    if (Fault.is(error)) return { kind: 'fault', category: error.category, issues: error.issues }
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) }
  }
}
