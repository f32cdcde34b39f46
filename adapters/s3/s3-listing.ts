import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import { tenantOf } from '#service/call.ts'
import type { ObjectPage } from '#service/ports/object-store.ts'
import { type S3BucketParts, sendToBucket } from './s3-bucket.ts'

/**
 * Objects of one tenant after the other, so that bodies, which are in the same bucket, are not looked at. A place is
 * the tenant's prefix and the last key of the page before, empty at the tenant's beginning.
 */
export async function listObjects(
  parts: S3BucketParts,
  word: string,
  after: string | undefined,
  deadline: number,
): Promise<ObjectPage> {
  const [prefix, lastKey = ''] = after?.split('\n') ?? [await nextTenant(parts, undefined, deadline)]
  if (prefix === undefined) return { objects: [], next: undefined }
  const { client, clock, bucket } = parts
  const command = new ListObjectsV2Command({
    Bucket: bucket,
    Prefix: `${prefix}${word}/`,
    ...(lastKey !== '' && { StartAfter: lastKey }),
  })
  const { Contents = [], IsTruncated } = await sendToBucket(clock, deadline, options => client.send(command, options))
  const objects = Contents.flatMap(({ Key, LastModified }) =>
    Key === undefined || LastModified === undefined
      ? []
      : [{ tenant: tenantOf(prefix.slice(0, -1)), key: Key.slice(prefix.length), keptAt: LastModified.getTime() }],
  )
  if (IsTruncated) return { objects, next: `${prefix}\n${Contents.at(-1)?.Key ?? ''}` }
  return { objects, next: await nextTenant(parts, prefix, deadline) }
}

/** `tenant/` of the first tenant behind this one. What has a dot is no tenant's. */
async function nextTenant(
  { client, clock, bucket }: S3BucketParts,
  prefix: string | undefined,
  deadline: number,
): Promise<string | undefined> {
  let start = prefix
  for (;;) {
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      Delimiter: '/',
      MaxKeys: 1,
      // '0' follows '/': behind all keys of the tenant.
      ...(start !== undefined && { StartAfter: `${start.slice(0, -1)}0` }),
    })
    const { CommonPrefixes = [] } = await sendToBucket(clock, deadline, options => client.send(command, options))
    start = CommonPrefixes[0]?.Prefix
    if (start === undefined || !start.includes('.')) return start
  }
}
