/** The whole local gateway over the engines of this run, with a table, a bucket and an index of its own. */
import { inject } from 'vitest'
import { parseEnvironment } from '#runtime/env.ts'
import { type EngineBackend, openEngineBackend } from '#runtime/local/engine-backend.ts'
import { startGateway } from '#runtime/local/gateway.ts'
import type { Logger } from '#service/index.ts'
import { invariant } from '#service/invariant.ts'
import type { HttpWorld } from './http-world.ts'
import { recordingLogger } from './logger.ts'
import { ownDatabase } from './own-database.ts'
import { settlingProxy } from './settling-proxy.ts'

export interface EngineWorld extends HttpWorld {
  readonly backend: EngineBackend
  /** What was written is found once this returns. */
  settle(): Promise<void>
}

export interface EngineWorldOptions {
  /** Instead of the engine's own address. */
  readonly searchEndpoint?: string
  /** eventual: as it is. settled: requests wait until what was written before can be found. Default: eventual. */
  readonly searches?: 'eventual' | 'settled'
  /** Given, everything is logged. */
  readonly logger?: Logger
}

let worlds = 0

export async function startEngineWorld(options: EngineWorldOptions = {}): Promise<EngineWorld> {
  const { dynamodb, s3, opensearch } = inject('engines')
  invariant(dynamodb && s3 && opensearch, 'this test needs the engines dynamodb, opensearch and s3')
  const { logger = recordingLogger().logger, searches = 'eventual' } = options
  const config = parseEnvironment({ PORT: '0', LOG_LEVEL: options.logger ? 'debug' : 'error' })
  const searchEndpoint = options.searchEndpoint ?? opensearch.endpoint
  const backend = await openEngineBackend({
    engines: { dynamodb: ownDatabase(dynamodb), s3, opensearch: { endpoint: searchEndpoint } },
    name: `world-${process.pid}-${++worlds}`,
    limits: {},
    logger,
    baseUrl: undefined,
  })
  const gateway = await startGateway({ config, logger, backend })
  const settle = async (): Promise<void> => {
    await backend.indexed()
    await fetch(`${searchEndpoint}/${backend.places.search.prefix}-read/_refresh`, { method: 'POST' })
  }
  const proxy = searches === 'settled' ? await settlingProxy(gateway.baseUrl, settle) : undefined
  const through = (url: string): string => (proxy ? url.replace(new URL(url).origin, proxy.origin) : url)
  return {
    backend,
    settle,
    baseUrl: through(gateway.baseUrl),
    graphqlUrl: through(gateway.graphqlUrl),
    async close() {
      await proxy?.close()
      await gateway.close()
    },
  }
}
