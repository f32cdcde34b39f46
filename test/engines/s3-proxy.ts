import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, startEngine } from './java-engine.ts'
import { fetchJars } from './maven.ts'
import type { EngineFolders, Started } from './start-engines.ts'

export const S3_PROXY = { group: 'org.gaul', name: 's3proxy', version: '2.6.0' }

export interface S3Endpoint {
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** S3 over a folder. It checks signatures as S3 does; buckets are in the path (`forcePathStyle`). */
export async function startS3({ cache, run }: EngineFolders): Promise<Started<S3Endpoint>> {
  const jars = await fetchJars(cache, S3_PROXY)
  const folder = join(run, 's3')
  const objects = join(folder, 'objects')
  mkdirSync(objects, { recursive: true })
  const address: S3Endpoint = {
    endpoint: `http://127.0.0.1:${await freePort()}`,
    region: 'us-east-1',
    accessKeyId: 'local',
    secretAccessKey: 'local-secret',
  }
  const properties = join(folder, 's3proxy.properties')
  const logging = join(folder, 'logback.xml')
  writeFileSync(properties, propertiesOf(address, objects))
  writeFileSync(logging, LOGGING)
  const engine = await startEngine({
    name: 's3',
    folder,
    heapMb: 192,
    javaOptions: [`-Dlogback.configurationFile=${logging}`, '-cp', `${jars}/*`],
    mainClass: 'org.gaul.s3proxy.Main',
    arguments: ['--properties', properties],
    // Without a signature it answers 403, which says that it listens and checks.
    isReady: async () => (await fetch(address.endpoint)).status === 403,
  })
  return { engine, address }
}

const propertiesOf = ({ endpoint, accessKeyId, secretAccessKey }: S3Endpoint, objects: string): string =>
  `s3proxy.endpoint=${endpoint}
s3proxy.authorization=aws-v4
s3proxy.identity=${accessKeyId}
s3proxy.credential=${secretAccessKey}
jclouds.provider=filesystem-nio2
jclouds.identity=unused
jclouds.credential=unused
jclouds.filesystem.basedir=${objects}
`

const LOGGING = `<configuration>
  <appender name="console" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d %level %logger %msg%n</pattern></encoder>
  </appender>
  <root level="WARN"><appender-ref ref="console"/></root>
</configuration>
`
