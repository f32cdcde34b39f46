/** Whether a page of a long history costs the same wherever it is. */
import type { GatewayProcess } from '#test/support/gateway-process.ts'
import { walkPages } from './next-pages.ts'
import { assertAnswered, onConnection, timeRequests } from './one-at-a-time.ts'
import { observation } from './tasks.ts'

export interface HistoryPage {
  readonly page: number
  readonly of: number
  readonly versions: number
  readonly p50: number
  readonly p99: number
}

const ID = 'with-history'
const PAGE_SIZE = 50
const ROUNDS = { warmups: 300, requests: 300, longestMs: 5_000 }

/** Writes one Observation so often, then reads the first, the middle and the last page of its history. */
export async function measureHistoryPages(gateway: GatewayProcess, versions: number): Promise<readonly HistoryPage[]> {
  const paths = await onConnection(gateway, async send => {
    for (let index = 0; index < versions; index++) {
      const body = observation({ patient: '1', code: 'http://loinc.org|85354-9', index, id: ID })
      const request = { method: 'PUT', path: `/fhir/Observation/${ID}`, body }
      assertAnswered(await send(request), request)
    }
    return walkPages(send, `/fhir/Observation/${ID}/_history?_count=${PAGE_SIZE}`, versions)
  })
  const pages: HistoryPage[] = []
  for (const page of [1, Math.ceil(paths.length / 2), paths.length]) {
    const path = paths[page - 1] ?? ''
    const { p50, p99 } = await timeRequests(gateway, () => ({ method: 'GET', path }), ROUNDS, assertAnswered)
    pages.push({ page, of: paths.length, versions, p50, p99 })
  }
  return pages
}
