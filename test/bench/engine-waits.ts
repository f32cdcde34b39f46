/** How long, and how often, a piece of work waits for engines: by the HTTP requests that it makes. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage } from 'node:http'

export interface Waits {
  /** Requests by the port that they went to. */
  readonly calls: ReadonlyMap<string, number>
  readonly totalMs: number
  /** While at least one request was under way. */
  readonly waitedMs: number
}

interface Work {
  readonly calls: Map<string, number>
  /** Under way at the moment. */
  open: number
  openedAt: number
  waitedMs: number
}

const works = new AsyncLocalStorage<Work>()
const ownerOf = new WeakMap<ClientRequest, Work>()

/** Says to a counting proxy that the request is of the work that is measured, and not of a worker beside it. */
export const MEASURED_HEADER = 'x-measured'

subscribe('http.client.request.created', message => {
  const { request } = message as { readonly request: ClientRequest }
  if (works.getStore()) request.setHeader(MEASURED_HEADER, 'true')
})

subscribe('http.client.request.start', message => {
  const { request } = message as { readonly request: ClientRequest }
  const work = works.getStore()
  if (!work) return
  ownerOf.set(request, work)
  const port = String(request.getHeader('host')).replace(/^.*:/, '')
  work.calls.set(port, (work.calls.get(port) ?? 0) + 1)
  if (work.open++ === 0) work.openedAt = performance.now()
})

subscribe('http.client.response.finish', message => {
  const { request, response } = message as { readonly request: ClientRequest; readonly response: IncomingMessage }
  const work = ownerOf.get(request)
  if (!work) return
  response.once('close', () => {
    if (--work.open === 0) work.waitedMs += performance.now() - work.openedAt
  })
})

export async function measureWaits(work: () => Promise<unknown>): Promise<Waits> {
  const own: Work = { calls: new Map(), open: 0, openedAt: 0, waitedMs: 0 }
  const startedAt = performance.now()
  await works.run(own, work)
  return { calls: own.calls, totalMs: performance.now() - startedAt, waitedMs: own.waitedMs }
}
