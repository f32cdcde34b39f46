/** The whole gateway in one process: the store, the service, both doors and HTTP. */
import type { HttpResponse } from '#rest/http-message.ts'
import { DEFAULT_LIMITS, type FhirService, type Limits, type Logger } from '#service/index.ts'
import { openPrimaryService } from '../embedded.ts'
import type { Config } from '../env.ts'
import { FHIR_PATH, GRAPHQL_PATH } from './addresses.ts'
import { createDoorThread } from './door-thread.ts'
import { createRouter, type Router } from './router.ts'
import { startServer } from './server.ts'

export interface GatewayOptions {
  readonly config: Config
  readonly logger: Logger
  readonly limits?: Partial<Limits>
}

export interface Gateway {
  readonly service: FhirService
  /** Of the FHIR endpoint, without a slash at its end. */
  readonly baseUrl: string
  readonly graphqlUrl: string
  /** Finishes the requests under way, then ends threads and closes files. */
  close(): Promise<void>
}

/** For requests under way when the gateway is told to end. */
const GRACE_MS = 10_000

/** The data folder can't be used. The message says why and what to do. */
export class DataFolderError extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = 'DataFolderError'
  }
}

/** Rejects with a DataFolderError, or with the error of listening on the port. */
export async function startGateway({ config, logger, limits = {} }: GatewayOptions): Promise<Gateway> {
  const primary = await openPrimaryService({ folder: config.dataFolder, limits }).catch((error: unknown) => {
    throw new DataFolderError(error)
  })
  const { service, clock, ids, connect, close } = primary
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
  })
  const handle = config.logLevel === 'debug' ? logEach(router, logger) : router.handle
  const { host, port } = config
  const server = await startServer({ host, port, bodyBytesMax, handle, refuseBody: router.refuseBody }).catch(
    async (error: unknown) => {
      await close()
      throw error
    },
  )
  // Once others may ask: the thread's start would only delay that. The other one starts with the first large body.
  threads.graphql.start()
  const origin = `http://${host === '127.0.0.1' ? 'localhost' : host}:${server.port}`
  return {
    service,
    baseUrl: config.baseUrl ?? origin + FHIR_PATH,
    graphqlUrl: origin + GRAPHQL_PATH,
    async close() {
      await server.close(GRACE_MS)
      await Promise.all([threads.graphql.close(), threads.bulk.close()])
      await close()
    },
  }
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
