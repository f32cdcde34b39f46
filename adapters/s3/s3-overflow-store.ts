import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import { type S3BucketParts, sendToBucket } from './s3-bucket.ts'

/** What overflows from the table, under keys that tell the tenant. */
export class S3OverflowStore {
  readonly #parts: S3BucketParts

  constructor(parts: S3BucketParts) {
    this.#parts = parts
  }

  /** @throws Fault unavailable */
  async put(key: string, bytes: Uint8Array, deadline: number): Promise<void> {
    const { client, bucket, clock } = this.#parts
    const command = new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes })
    await sendToBucket(clock, deadline, options => client.send(command, options))
  }

  /** @throws Fault unavailable, also where there is no such object: whoever asks has its key from a record of it. */
  get(key: string, deadline: number): Promise<Uint8Array> {
    const { client, bucket, clock } = this.#parts
    return sendToBucket(clock, deadline, async options => {
      const output = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), options)
      const bytes = await output.Body?.transformToByteArray()
      if (!bytes) throw new Error('The object has no body')
      return bytes
    })
  }

  /** @throws Fault unavailable */
  async keysBelow(folder: string, deadline: number): Promise<readonly string[]> {
    const { client, bucket, clock } = this.#parts
    const keys: string[] = []
    for (;;) {
      const last = keys.at(-1)
      const after = last === undefined ? {} : { StartAfter: last }
      const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: `${folder}/`, ...after })
      const { Contents = [], IsTruncated } = await sendToBucket(clock, deadline, options =>
        client.send(command, options),
      )
      for (const { Key } of Contents) if (Key !== undefined) keys.push(Key)
      if (!IsTruncated || Contents.length === 0) return keys
    }
  }

  /** One that is not there is no failure. @throws Fault unavailable */
  async delete(key: string, deadline: number): Promise<void> {
    const { client, bucket, clock } = this.#parts
    const command = new DeleteObjectCommand({ Bucket: bucket, Key: key })
    await sendToBucket(clock, deadline, options => client.send(command, options))
  }
}
