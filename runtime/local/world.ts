/** The whole gateway on a free port over a folder of its own, for tests. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FhirService, Limits } from '#service/index.ts'
import { type Config, parseEnvironment } from '../env.ts'
import { createStderrLogger } from '../stderr-logger.ts'
import { type Gateway, startGateway } from './gateway.ts'

export interface WorldOptions {
  /** A folder to keep; otherwise a temporary one, which goes with the world. */
  readonly dataFolder?: string
  readonly limits?: Partial<Limits>
  readonly config?: Partial<Config>
}

export interface World {
  readonly baseUrl: string
  readonly graphqlUrl: string
  readonly service: FhirService
  /** Ends the gateway and starts it again, on the same port over the same folder. */
  restart(): Promise<void>
  close(): Promise<void>
}

export async function startWorld({ dataFolder, limits = {}, config = {} }: WorldOptions = {}): Promise<World> {
  const folder = dataFolder ?? (await mkdtemp(join(tmpdir(), 'fhir-gateway-')))
  const base = parseEnvironment({ DATA_DIR: folder, LOG_LEVEL: 'error' })
  const start = (port: number): Promise<Gateway> => {
    const complete: Config = { ...base, ...config, port }
    return startGateway({ config: complete, logger: createStderrLogger(complete.logLevel), limits })
  }
  let gateway = await start(0)
  const { baseUrl, graphqlUrl } = gateway
  return {
    baseUrl,
    graphqlUrl,
    get service() {
      return gateway.service
    },
    async restart() {
      await gateway.close()
      gateway = await start(Number(new URL(graphqlUrl).port))
    },
    async close() {
      await gateway.close()
      if (dataFolder === undefined) await rm(folder, { recursive: true })
    },
  }
}
