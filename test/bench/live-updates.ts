/** How long a change takes to reach those who listen. */
import type { GatewayProcess } from '#test/support/gateway-process.ts'
import { connectRealtime, type RealtimeClient } from '#test/support/realtime-client.ts'
import { type Latencies, latenciesOf } from './latencies.ts'

export interface LiveUpdates extends Latencies {
  readonly sockets: number
  readonly changes: number
  /** From the moment the write is sent to its being answered, p50. */
  readonly writtenMs: number
  readonly rssMb: number
}

const SOCKETS = 1000
const CHANGES = 50

const SUBSCRIPTION = 'subscription { onResourceChange(resourceType: "Basic") { id versionId interaction } }'

/** Durations are from sending the write to having its event, on every socket; one write after the other. */
export async function measureLiveUpdates(gateway: GatewayProcess): Promise<LiveUpdates> {
  const clients = await connectAll(`http://${gateway.host}:${gateway.port}/graphql`)
  const delivered: number[] = []
  const written: number[] = []
  for (let change = 0; change < CHANGES; change++) {
    const start = performance.now()
    const arrivals = clients.map(async client => {
      await client.next()
      delivered.push(performance.now() - start)
    })
    await create(gateway.baseUrl)
    written.push(performance.now() - start)
    await Promise.all(arrivals)
  }
  const rssMb = gateway.rssMb()
  for (const client of clients) client.close()
  await Promise.all(clients.map(client => client.closed()))
  const { p50: writtenMs } = latenciesOf(written)
  return { sockets: SOCKETS, changes: CHANGES, ...latenciesOf(delivered), writtenMs, rssMb }
}

/** Some at a time: a listen queue is no place for a thousand. */
async function connectAll(url: string): Promise<readonly RealtimeClient[]> {
  const clients: RealtimeClient[] = []
  while (clients.length < SOCKETS) {
    const some = await Promise.all(Array.from({ length: 50 }, () => connectRealtime(url)))
    for (const client of some) {
      const { type } = await client.start('1', SUBSCRIPTION)
      if (type !== 'start_ack') throw new Error(`The subscription was answered with ${type}`)
    }
    clients.push(...some)
  }
  return clients
}

async function create(baseUrl: string): Promise<void> {
  const response = await fetch(`${baseUrl}/Basic`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/fhir+json' },
    body: '{"resourceType":"Basic","code":{"text":"x"}}',
  })
  await response.arrayBuffer()
  if (response.status !== 201) throw new Error(`The write was answered with ${response.status}`)
}
