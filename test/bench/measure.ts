/** Runs orders in generator processes and watches the gateway meanwhile. */
import { type ChildProcess, fork } from 'node:child_process'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import type { GatewayProcess } from '#test/support/gateway-process.ts'
import type { GeneratorOrder, GeneratorResult } from './generator.ts'

export interface Measurement extends GeneratorResult {
  readonly task: string
  readonly clients: number
  /** CPU time of the gateway for each request, all its threads together. */
  readonly cpuMicrosPerRequest: number
  /** Largest resident memory of the gateway seen meanwhile. */
  readonly rssMb: number
  /** Of the machine, before: what else was running. */
  readonly loadAverage: number
}

export type Order = Pick<GeneratorOrder, 'task' | 'data' | 'clients' | 'measureMs' | 'firstIndex'>

const WARMUP_MS = 2_000
const SAMPLE_EVERY_MS = 200

/** All orders at the same time, a process each. */
export async function measure(gateway: GatewayProcess, orders: readonly Order[]): Promise<readonly Measurement[]> {
  const [loadAverage = 0] = loadavg()
  let rssMb = 0
  const sampling = setInterval(() => {
    rssMb = Math.max(rssMb, gateway.rssMb())
  }, SAMPLE_EVERY_MS)
  const cpuBefore = gateway.cpuMs()
  const results = await Promise.all(
    orders.map(order => generate({ ...order, host: gateway.host, port: gateway.port, warmupMs: WARMUP_MS })),
  )
  const cpuMs = gateway.cpuMs() - cpuBefore
  clearInterval(sampling)
  const requests = results.reduce((sum, result) => sum + result.requests, 0)
  return results.map((result, index) => {
    const { task = '', clients = 0, measureMs = 0 } = orders[index] ?? {}
    // The CPU of warming up is spread over the requests of the measured time.
    const cpuMicrosPerRequest = ((cpuMs * measureMs) / (measureMs + WARMUP_MS) / Math.max(requests, 1)) * 1000
    return { task, clients, ...result, cpuMicrosPerRequest, rssMb, loadAverage }
  })
}

export function generate(order: GeneratorOrder): Promise<GeneratorResult> {
  const child: ChildProcess = fork(join(import.meta.dirname, 'generator.ts'))
  return new Promise((resolve, reject) => {
    child.on('message', (message: GeneratorResult | { readonly error: string }) => {
      child.kill()
      if ('error' in message) reject(new Error(message.error))
      else resolve(message)
    })
    child.on('exit', code => reject(new Error(`The load generator ended with exit code ${code}`)))
    child.send(order)
  })
}
