/** `npm start -- --engines`: the gateway over real engines that it starts on this machine, and that end with it. */
import type { Limits, Logger } from '#service/index.ts'
import type { Config } from '../env.ts'
import { type Backend, StartError } from './backend.ts'

export interface EnginesOptions {
  readonly config: Config
  readonly logger: Logger
  readonly limits?: Partial<Limits>
}

/** @throws StartError where Java, Maven or the development packages are missing, or an engine does not come up. */
export async function openEngines({ config, logger, limits = {} }: EnginesOptions): Promise<Backend> {
  const { startEngines, EngineError, openEngineBackend } = await load()
  const engines = await startEngines({ dynamodb: true, opensearch: true, s3: true }).catch((error: unknown) => {
    throw error instanceof EngineError ? new StartError(error) : error
  })
  try {
    const { access, baseUrl } = config
    const backend = await openEngineBackend({ engines, name: 'gateway', limits, logger, baseUrl, access })
    return {
      ...backend,
      async close() {
        await backend.close()
        await engines.stop()
      },
    }
  } catch (error) {
    await engines.stop()
    throw error
  }
}

/** Only here: the engines and what speaks to them are no part of what users of the embedded store install. */
async function load() {
  try {
    const { startEngines } = await import('#test/engines/start-engines.ts')
    const { EngineError } = await import('#test/engines/engine-error.ts')
    const { openEngineBackend } = await import('./engine-backend.ts')
    return { startEngines, EngineError, openEngineBackend }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new StartError('--engines needs the development packages too: run npm ci (without --omit=dev) first.')
  }
}
