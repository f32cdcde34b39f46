/** The whole gateway in one process: the store, the service, both doors and HTTP. */
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import type { HttpResponse } from '#rest/http-message.ts'
import { DEFAULT_LIMITS, type FhirService, type Limits, type Logger } from '#service/index.ts'
import type { DueJob } from '#service/ports/job-store.ts'
import { accessOptions } from '../access-options.ts'
import type { Config, TlsFiles } from '../env.ts'
import { FHIR_PATH, GRAPHQL_PATH, isRealtime } from './addresses.ts'
import { type Backend, StartError } from './backend.ts'
import { createDoorThread } from './door-thread.ts'
import { startJobLoop } from './job-loop.ts'
import type { PlainRequest } from './plain-request.ts'
import { feedSource } from './realtime/change-source.ts'
import { createRealtimeServer } from './realtime/realtime-server.ts'
import { createRouter, type Router } from './router.ts'
import { type ReceivedRequest, type ServerOptions, startServer } from './server.ts'
import { startSweepLoop } from './sweep-loop.ts'

export interface GatewayOptions {
  readonly config: Config
  readonly logger: Logger
  readonly limits?: Partial<Limits>
  /** Default: the embedded engine in the folder that the configuration names. It is closed with the gateway. */
  readonly backend?: Backend
}

export interface Gateway {
  readonly service: FhirService
  /** Of the FHIR endpoint, without a slash at its end. */
  readonly baseUrl: string
  readonly graphqlUrl: string
  /** Finishes the requests under way, then ends threads and closes files. */
  close(): Promise<void>
}

const FORBIDDEN = 403
const NOT_FOUND = 404

/** What one job may take. */
const JOB_MS = 15 * 60 * 1000

/** For requests under way when the gateway is told to end. */
const GRACE_MS = 10_000

/**
 * Rejects with a StartError where the data folder or the files for TLS can't be used, or with the error of listening on
 * the port.
 */
export async function startGateway({ config, logger, limits = {}, backend }: GatewayOptions): Promise<Gateway> {
  const { access } = config
  // Loaded where tokens are asked for.
  const login = access.login && (await import('./login.ts')).createLogin(access.login, access.terms)
  const { service, clock, ids, connect, changes, jobs, sweepObjects, close } =
    backend ?? (await openEmbeddedBackend({ config, limits, logger }))
  const createThread = () => createDoorThread({ config, limits, connect, logger })
  const threads = { graphql: createThread(), bulk: createThread() }
  const { bodyBytesMax } = { ...DEFAULT_LIMITS, ...limits }
  const router = createRouter({
    service,
    threads,
    config,
    bodyBytesMax,
    logger,
    requestIdPrefix: ids.nonce().slice(0, 8),
    now: () => clock.now(),
    ...(login && { login }),
  })
  const handle = config.logLevel === 'debug' ? logEach(router, logger) : router.handle
  const { host, port } = config
  const realtime = createRealtimeServer({
    source: changes,
    refusal: ({ url = '', headers }) =>
      isRealtime(url) ? (router.mayConnect(headers as ReceivedRequest['headers']) ? undefined : FORBIDDEN) : NOT_FOUND,
    admit: (request, headers) => router.admit(graphqlRequest(request, headers, undefined)),
    plan: (request, headers, body) => router.subscribe(graphqlRequest(request, headers, body)),
  })
  const { refuseBody, streamsBody } = router
  const options = { host, port, bodyBytesMax, handle, refuseBody, streamsBody, upgrade: realtime.upgrade }
  const server = await readTls(config.tls)
    .then(tls => startServer({ ...options, ...tls }))
    .catch(async (error: unknown) => {
      await close()
      throw error
    })
  // Once others may ask: the thread's start would only delay that. The other one starts with the first large body.
  threads.graphql.start()
  const loop =
    jobs &&
    startJobLoop({
      queue: jobs,
      run: async job => {
        await threads.bulk.send('job', jobRequest(job, clock.now() + JOB_MS))
      },
      logger,
    })
  const sweeper = sweepObjects && startSweepLoop({ sweep: () => sweepObjects(logger), logger })
  const origin = `${config.tls ? 'https' : 'http'}://${host === '127.0.0.1' ? 'localhost' : host}:${server.port}`
  return {
    service,
    baseUrl: config.baseUrl ?? origin + FHIR_PATH,
    graphqlUrl: origin + GRAPHQL_PATH,
    async close() {
      realtime.close()
      loop?.close()
      sweeper?.close()
      await server.close(GRACE_MS)
      await Promise.all([threads.graphql.close(), threads.bulk.close()])
      await close()
    },
  }
}

/** Work on a job, as the door threads take requests. */
const jobRequest = ({ tenant, id }: DueJob, deadline: number): PlainRequest => ({
  method: 'POST',
  url: '',
  headers: {},
  body: new TextEncoder().encode(JSON.stringify({ tenant, id })),
  requestId: id,
  baseUrl: '',
  deadline,
})

/** What a socket's client says, as if it had come by POST. Of its headers only who it is counts. */
const graphqlRequest = (
  { headers: { host } }: IncomingMessage,
  { authorization }: Readonly<Record<string, string>>,
  body: Uint8Array | undefined,
): ReceivedRequest => ({
  method: 'POST',
  url: GRAPHQL_PATH,
  headers: { host, 'content-type': 'application/json', authorization },
  body,
})

/** Rejects with a StartError. */
async function readTls(files: TlsFiles | undefined): Promise<Pick<ServerOptions, 'tls'>> {
  if (!files) return {}
  try {
    return { tls: { cert: await readFile(files.certificateFile), key: await readFile(files.keyFile) } }
  } catch (error) {
    throw new StartError(error)
  }
}

async function openEmbeddedBackend({ config, limits = {}, logger }: GatewayOptions): Promise<Backend> {
  const folder = config.dataFolder
  const { openPrimaryService } = await import('../embedded.ts')
  const primary = await openPrimaryService({ folder, limits, logger, ...accessOptions(config.access) }).catch(
    (error: unknown) => {
      throw new StartError(error)
    },
  )
  const changes = feedSource(primary.feed, error =>
    logger.error('Changes could not be read', { error: error instanceof Error ? error.name : '' }),
  )
  return { ...primary, changes, connect: () => ({ kind: 'embedded', folder, writer: primary.connect() }) }
}

/** A line for each request: no path and no query, since they name patients. */
function logEach(router: Router, logger: Logger): Router['handle'] {
  return async received => {
    const start = performance.now()
    const response: HttpResponse = await router.handle(received)
    const durationMs = Math.round(performance.now() - start)
    const requestId = response.headers['X-Request-Id']
    logger.debug('Request', { method: received.method, status: response.status, durationMs, requestId })
    return response
  }
}
