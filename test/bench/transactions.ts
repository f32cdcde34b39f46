/** Fills a gateway by transactions of PUTs. */
import type { GatewayProcess } from '#test/support/gateway-process.ts'
import { assertAnswered, onConnection, type Send } from './one-at-a-time.ts'
import type { RawRequest } from './raw-client.ts'

export interface Addressed {
  readonly resourceType: string
  readonly id: string
  readonly [element: string]: unknown
}

export interface Filling {
  /** Number of the first, and of the one after the last. */
  readonly from: number
  readonly to: number
  readonly resourcesOf: (index: number) => readonly Addressed[]
  /** Numbers that one transaction takes. Default: 500. */
  readonly step?: number
}

/** So that some are prepared while one is written. */
const CONNECTIONS = 4

export async function fill(gateway: GatewayProcess, { from, to, resourcesOf, step = 500 }: Filling): Promise<void> {
  let next = from
  const work = async (send: Send): Promise<void> => {
    while (next < to) {
      const start = next
      next = Math.min(start + step, to)
      const resources = Array.from({ length: next - start }, (_, offset) => resourcesOf(start + offset)).flat()
      const request = transaction(resources.map(put))
      assertAnswered(await send(request), request)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, () => onConnection(gateway, work)))
}

export const transaction = (entry: readonly object[]): RawRequest => ({
  method: 'POST',
  path: '/fhir',
  body: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }),
})

const put = (resource: Addressed): object => ({
  resource,
  request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
})
