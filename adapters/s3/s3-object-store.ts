import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { Tenant } from '#service/call.ts'
import { Fault } from '#service/fault.ts'
import {
  type ByteRange,
  type ObjectAttributes,
  type ObjectContent,
  type ObjectOptions,
  type ObjectPage,
  type ObjectStore,
  PASSING_PREFIX,
  type PresignRequest,
} from '#service/ports/object-store.ts'
import { isMissing, type S3BucketParts, sendToBucket } from './s3-bucket.ts'
import { listObjects } from './s3-listing.ts'
import { uploadInParts } from './s3-upload.ts'

/**
 * What is of no use after some days, whose keys say so, has a place that the bucket clears by itself. A tenant's name
 * has no dot, so it is nobody's.
 */
const PASSING_PLACE = 'passing.objects/'

/** Objects of one bucket, below the name of their tenant: no type has a key's first word, which begins small. */
export class S3ObjectStore implements ObjectStore {
  readonly #parts: S3BucketParts

  constructor(parts: S3BucketParts) {
    this.#parts = parts
  }

  async put(
    tenant: Tenant,
    key: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    { contentType, deadline }: ObjectOptions,
  ): Promise<ObjectAttributes> {
    const { client, clock } = this.#parts
    const place = { ...this.#place(tenant, key), ContentType: contentType }
    if (!(content instanceof Uint8Array)) {
      return { contentType, bytes: await uploadInParts({ client, clock, deadline }, place, content) }
    }
    const command = new PutObjectCommand({ ...place, Body: content })
    await sendToBucket(clock, deadline, options => client.send(command, options))
    return { contentType, bytes: content.byteLength }
  }

  async head(tenant: Tenant, key: string, deadline: number): Promise<ObjectAttributes | undefined> {
    const { client, clock } = this.#parts
    const command = new HeadObjectCommand(this.#place(tenant, key))
    const output = await orMissing(sendToBucket(clock, deadline, options => client.send(command, options)))
    return output && { contentType: output.ContentType ?? '', bytes: output.ContentLength ?? 0 }
  }

  async get(
    tenant: Tenant,
    key: string,
    range: ByteRange | undefined,
    deadline: number,
  ): Promise<ObjectContent | undefined> {
    const { client, clock } = this.#parts
    const command = new GetObjectCommand({
      ...this.#place(tenant, key),
      ...(range && { Range: `bytes=${range.first}-${range.last}` }),
    })
    const output = await orMissing(sendToBucket(clock, deadline, options => client.send(command, options)))
    if (!output) return undefined
    // `bytes 0-9/200`: of a part, ContentLength is the part's.
    const whole = output.ContentRange?.split('/')[1]
    return {
      contentType: output.ContentType ?? '',
      bytes: whole === undefined ? (output.ContentLength ?? 0) : Number(whole),
      content: (output.Body ?? NOTHING) as AsyncIterable<Uint8Array>,
    }
  }

  async delete(tenant: Tenant, key: string, deadline: number): Promise<void> {
    const { client, clock } = this.#parts
    const command = new DeleteObjectCommand(this.#place(tenant, key))
    await sendToBucket(clock, deadline, options => client.send(command, options))
  }

  list(word: string, after: string | undefined, deadline: number): Promise<ObjectPage> {
    return listObjects(this.#parts, word, after, deadline)
  }

  /** An upload must have the content type that was agreed; a download has it whatever the object was put with. */
  presign(tenant: Tenant, key: string, { method, contentType, seconds, disposition }: PresignRequest): Promise<string> {
    const { client, clock } = this.#parts
    const place = this.#place(tenant, key)
    const terms = { expiresIn: seconds, signingDate: new Date(clock.now()) }
    if (method === 'GET') {
      const told = { ResponseContentType: contentType, ...(disposition && { ResponseContentDisposition: disposition }) }
      return getSignedUrl(client, new GetObjectCommand({ ...place, ...told }), terms)
    }
    const command = new PutObjectCommand({ ...place, ContentType: contentType })
    return getSignedUrl(client, command, { ...terms, signableHeaders: new Set(['host', 'content-type']) })
  }

  /** How the bucket is addressed, by its name in the host or in the path, is for the SDK to say: it is asked again. */
  async recognize(tenant: Tenant, url: string): Promise<string | undefined> {
    const folder = `/${tenant}/`
    const path = decodePath(URL.parse(url)?.pathname ?? '')
    // The bucket, or an id, may have the name of the tenant.
    for (let start = path.indexOf(folder); start >= 0; start = path.indexOf(folder, start + 1)) {
      const key = path.slice(start + folder.length)
      const ours = await this.presign(tenant, key, { method: 'GET', contentType: 'text/plain', seconds: 1 })
      if (withoutQuery(ours) === withoutQuery(url)) return key
    }
    return undefined
  }

  #place(tenant: Tenant, key: string) {
    const place = key.startsWith(PASSING_PREFIX)
      ? `${PASSING_PLACE}${tenant}/${key.slice(PASSING_PREFIX.length)}`
      : `${tenant}/${key}`
    return { Bucket: this.#parts.bucket, Key: place }
  }
}

const withoutQuery = (url: string): string => url.replace(/[?#].*$/s, '')

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return ''
  }
}

const NOTHING: AsyncIterable<Uint8Array> = (async function* () {})()

const orMissing = <T>(answered: Promise<T>): Promise<T | undefined> =>
  answered.catch((error: unknown) => {
    if (Fault.is(error) && isMissing(error.cause)) return undefined
    throw error
  })
