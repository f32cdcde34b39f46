/** The bucket of large contents: loaded where it is first needed. */
import { createS3Client, S3ObjectStore, S3OverflowStore } from '#adapters/s3/index.ts'
import type { ObjectsPlace } from './aws-environment.ts'
import { clientConfiguration } from './client-configuration.ts'
import { SYSTEM_CLOCK } from './system-clock.ts'

export interface OpenObjects {
  readonly overflow: S3OverflowStore
  readonly objects: S3ObjectStore
  /** Ends the connections that are kept. */
  close(): void
}

export function openAwsObjects(place: ObjectsPlace): OpenObjects {
  const client = createS3Client({ ...clientConfiguration(place), forcePathStyle: place.local !== undefined })
  const parts = { client, bucket: place.bucket, clock: SYSTEM_CLOCK }
  return {
    overflow: new S3OverflowStore(parts),
    objects: new S3ObjectStore(parts),
    close: () => client.destroy(),
  }
}
