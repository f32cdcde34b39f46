/** AWS Signature Version 4, for whoever asks an OpenSearch domain. */
import { createHash, createHmac } from 'node:crypto'
import type { Clock } from '#service/ports/clock.ts'
import type { RequestSigner, UnsignedRequest } from './engine.ts'

export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface SigningParts {
  readonly region: string
  /** `es` is OpenSearch Service. */
  readonly service?: string
  /** Asked for each request: whoever gives them renews them in time. */
  credentials(): Promise<AwsCredentials>
  readonly clock: Clock
}

export const awsSigner =
  ({ region, service = 'es', credentials, clock }: SigningParts): RequestSigner =>
  async request =>
    signRequest(request, await credentials(), { region, service, time: new Date(clock.now()) })

export interface SigningScope {
  readonly region: string
  readonly service: string
  readonly time: Date
}

const ALGORITHM = 'AWS4-HMAC-SHA256'

/** Headers to send with the request, beside `host`. */
export function signRequest(
  request: UnsignedRequest,
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
  { region, service, time }: SigningScope,
): Readonly<Record<string, string>> {
  const timestamp = time.toISOString().replace(/[-:]|\.\d{3}/g, '')
  const date = timestamp.slice(0, 8)
  const bodyHash = sha256(request.body)
  const added = {
    'x-amz-content-sha256': bodyHash,
    'x-amz-date': timestamp,
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
  }
  const headers = Object.entries({ host: request.host, ...added })
  const names = headers.map(([name]) => name).join(';')
  const canonical = [
    request.method,
    // All services but S3 have the path encoded once more than it is sent.
    request.path.split('/').map(encode).join('/'),
    canonicalQuery(request.query),
    ...headers.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    bodyHash,
  ].join('\n')
  const scope = [date, region, service, 'aws4_request']
  const key = scope.reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`)
  const signature = hmac(key, [ALGORITHM, timestamp, scope.join('/'), sha256(canonical)].join('\n')).toString('hex')
  const credential = [accessKeyId, ...scope].join('/')
  return {
    ...added,
    authorization: `${ALGORITHM} Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  }
}

const canonicalQuery = (query: Readonly<Record<string, string>>): string =>
  Object.entries(query)
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(pair => pair.join('='))
    .join('&')

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** RFC 3986: everything but unreserved characters. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
