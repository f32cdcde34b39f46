import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { Clock } from '#service/ports/clock.ts'
import { type SendOptions, sendToBucket } from './s3-bucket.ts'

export interface UploadParts {
  readonly client: S3Client
  readonly clock: Clock
  readonly deadline: number
}

export interface UploadPlace {
  readonly Bucket: string
  readonly Key: string
  readonly ContentType: string
}

/** S3 takes 10,000 parts, all but the last of 5 MB or more: 78 GB. */
const PART_BYTES = 8 * 1024 * 1024

/**
 * What comes piece by piece, with no more than one part in memory; nothing is there before its end has come. Gives the
 * bytes of all.
 */
export async function uploadInParts(
  { client, clock, deadline }: UploadParts,
  place: UploadPlace,
  content: AsyncIterable<Uint8Array>,
): Promise<number> {
  const { Bucket, Key } = place
  const send = <T>(request: (options: SendOptions) => Promise<T>): Promise<T> => sendToBucket(clock, deadline, request)
  const finished: { readonly PartNumber: number; readonly ETag: string | undefined }[] = []
  let upload: string | undefined
  let bytes = 0
  try {
    for await (const { part, isLast } of partsOf(content)) {
      bytes += part.byteLength
      if (isLast && upload === undefined) {
        await send(options => client.send(new PutObjectCommand({ ...place, Body: part }), options))
        return bytes
      }
      upload ??= (await send(options => client.send(new CreateMultipartUploadCommand(place), options))).UploadId
      const PartNumber = finished.length + 1
      const command = new UploadPartCommand({ Bucket, Key, UploadId: upload, PartNumber, Body: part })
      const { ETag } = await send(options => client.send(command, options))
      finished.push({ PartNumber, ETag })
    }
    const command = new CompleteMultipartUploadCommand({
      ...{ Bucket, Key, UploadId: upload },
      MultipartUpload: { Parts: finished },
    })
    await send(options => client.send(command, options))
    return bytes
  } catch (error) {
    const abort = new AbortMultipartUploadCommand({ Bucket, Key, UploadId: upload })
    // Where that fails too, the bucket's lifecycle rule takes the parts away.
    if (upload !== undefined) await send(options => client.send(abort, options)).catch(() => undefined)
    throw error
  }
}

async function* partsOf(
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly part: Uint8Array; readonly isLast: boolean }> {
  let pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of content) {
    // A full part goes once it is known that it is not the last one.
    if (bytes >= PART_BYTES) {
      yield { part: Buffer.concat(pieces), isLast: false }
      pieces = []
      bytes = 0
    }
    pieces.push(piece)
    bytes += piece.byteLength
  }
  yield { part: Buffer.concat(pieces), isLast: true }
}
