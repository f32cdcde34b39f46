import { DeleteObjectCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { type Fault, fault } from '#service/fault.ts'
import type { Clock } from '#service/ports/clock.ts'

export interface S3StoreParts {
  readonly client: S3Client
  readonly bucket: string
  /** What deadlines and the expiry of URLs are in. */
  readonly clock: Clock
}

export interface UploadTerms {
  readonly contentType: string
  /** The upload must have exactly so many bytes: the length is part of what is signed. */
  readonly bytes: number
  readonly expiresInSeconds: number
}

/** Objects of one bucket: what overflows from the table, and what is too large for a request. */
export class S3ObjectStore {
  readonly #client: S3Client
  readonly #bucket: string
  readonly #clock: Clock

  constructor({ client, bucket, clock }: S3StoreParts) {
    this.#client = client
    this.#bucket = bucket
    this.#clock = clock
  }

  /** @throws Fault unavailable */
  async put(key: string, bytes: Uint8Array, deadline: number): Promise<void> {
    await this.#send(deadline, options =>
      this.#client.send(new PutObjectCommand({ Bucket: this.#bucket, Key: key, Body: bytes }), options),
    )
  }

  /** @throws Fault unavailable, also where there is no such object: whoever asks has its key from a record of it. */
  async get(key: string, deadline: number): Promise<Uint8Array> {
    return this.#send(deadline, async options => {
      const output = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }), options)
      const bytes = await output.Body?.transformToByteArray()
      if (!bytes) throw new Error('The object has no body')
      return bytes
    })
  }

  /** One that is not there is no failure. @throws Fault unavailable */
  async delete(key: string, deadline: number): Promise<void> {
    await this.#send(deadline, options =>
      this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }), options),
    )
  }

  /** A URL to which whoever has it may PUT the object once or more, as agreed, until it expires. */
  presignPut(key: string, { contentType, bytes, expiresInSeconds }: UploadTerms): Promise<string> {
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      ContentType: contentType,
      ContentLength: bytes,
    })
    return getSignedUrl(this.#client, command, {
      expiresIn: expiresInSeconds,
      signingDate: new Date(this.#clock.now()),
      signableHeaders: new Set(['host', 'content-type', 'content-length']),
    })
  }

  /** A URL from which whoever has it may GET the object until it expires. */
  presignGet(key: string, expiresInSeconds: number): Promise<string> {
    const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key })
    return getSignedUrl(this.#client, command, {
      expiresIn: expiresInSeconds,
      signingDate: new Date(this.#clock.now()),
    })
  }

  async #send<T>(deadline: number, send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    const remainingMs = deadline - this.#clock.now()
    if (remainingMs <= 0) throw unavailable('The deadline had passed before the object store was asked')
    try {
      return await send({ abortSignal: AbortSignal.timeout(Math.min(remainingMs, REQUEST_MS_MAX)) })
    } catch (error) {
      throw unavailable(describe(error), error)
    }
  }
}

const REQUEST_MS_MAX = 60_000

const unavailable = (internal: string, cause?: unknown): Fault =>
  fault('unavailable', 'The store of large contents did not answer: try again.', {
    internal,
    cause,
    retryAfterSeconds: 1,
  })

const describe = (error: unknown): string => {
  if (error instanceof NoSuchKey) return 'There is no such object'
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
