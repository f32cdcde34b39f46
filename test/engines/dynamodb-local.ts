import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, startEngine } from './java-engine.ts'
import { fetchJars } from './maven.ts'
import type { EngineFolders, Started } from './start-engines.ts'

export const DYNAMODB_LOCAL = { group: 'com.amazonaws', name: 'DynamoDBLocal', version: '2.5.4' }

export interface DynamoDbEndpoint {
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** AWS's own stand-in, in memory. Any credentials do; tables are apart by access key and region. */
export async function startDynamoDb({ cache, run }: EngineFolders): Promise<Started<DynamoDbEndpoint>> {
  const jars = await fetchJars(cache, DYNAMODB_LOCAL)
  const folder = join(run, 'dynamodb')
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const engine = await startEngine({
    name: 'dynamodb',
    folder,
    heapMb: 256,
    javaOptions: [`-Djava.library.path=${jars}`, '-cp', `${jars}/*`],
    mainClass: 'com.amazonaws.services.dynamodbv2.local.main.ServerRunner',
    arguments: ['-inMemory', '-disableTelemetry', '-port', String(port)],
    // Without a signed request it answers 400, which says that it listens.
    isReady: async () => (await fetch(endpoint)).status === 400,
  })
  return {
    engine,
    address: { endpoint, region: 'us-east-1', accessKeyId: 'local', secretAccessKey: 'local' },
  }
}
