/** Asks one request after the other on one connection: what a single caller waits. */
import type { GatewayProcess } from '#test/support/gateway-process.ts'
import { type Latencies, latenciesOf } from './latencies.ts'
import { openConnection, type RawAnswer, type RawRequest, rawRequest } from './raw-client.ts'

export interface Rounds {
  readonly warmups: number
  readonly requests: number
  /** After so long neither warming up nor measuring goes on, but at least LEAST_REQUESTS are measured. */
  readonly longestMs?: number
}

export type Send = (request: RawRequest) => Promise<RawAnswer & { readonly body: string }>

const LEAST_REQUESTS = 10

/** @param check throws where an answer would be fast for the wrong reason; the first answer alone has its body. */
export async function timeRequests(
  { host, port }: GatewayProcess,
  requestAt: (index: number) => RawRequest,
  { warmups, requests, longestMs = Number.POSITIVE_INFINITY }: Rounds,
  check: (answer: RawAnswer, request: RawRequest) => void,
): Promise<Latencies> {
  const connection = await openConnection(host, port)
  let index = 0
  const ask = async (): Promise<number> => {
    const request = requestAt(index)
    const bytes = rawRequest(`${host}:${port}`, request)
    const start = performance.now()
    const answer = await connection.send(bytes, index === 0)
    const durationMs = performance.now() - start
    check(answer, request)
    index++
    return durationMs
  }
  try {
    const warmUntil = performance.now() + longestMs / 2
    while (index < warmups && performance.now() < warmUntil) await ask()
    const measured: number[] = []
    const until = performance.now() + longestMs
    while (measured.length < requests && (performance.now() < until || measured.length < LEAST_REQUESTS))
      measured.push(await ask())
    return latenciesOf(measured)
  } finally {
    connection.close()
  }
}

/** A connection for as long as something is done with it; its answers have their bodies. */
export async function onConnection<T>({ host, port }: GatewayProcess, work: (send: Send) => Promise<T>): Promise<T> {
  const connection = await openConnection(host, port)
  try {
    return await work(async request => {
      const answer = await connection.send(rawRequest(`${host}:${port}`, request), true)
      return { ...answer, body: answer.body ?? '' }
    })
  } finally {
    connection.close()
  }
}

/** @throws unless the status is 200 or 201 */
export function assertAnswered({ status, body }: RawAnswer, { method, path }: RawRequest): void {
  if (status !== 200 && status !== 201)
    throw new Error(`${method} ${path} was answered with ${status}: ${body?.slice(0, 1000) ?? ''}`)
}
