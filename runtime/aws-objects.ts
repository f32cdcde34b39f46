/** The bucket of large contents: loaded where it is first needed. */
import { createS3Client, S3OverflowStore } from '#adapters/s3/index.ts'
import type { ObjectsPlace } from './aws-environment.ts'
import { clientConfiguration } from './client-configuration.ts'
import { SYSTEM_CLOCK } from './system-clock.ts'

export interface OpenObjects {
  readonly overflow: S3OverflowStore
  /** Ends the connections that are kept. */
  close(): void
}

export function openAwsObjects(place: ObjectsPlace): OpenObjects {
  const client = createS3Client({ ...clientConfiguration(place), forcePathStyle: place.local !== undefined })
  return {
    overflow: new S3OverflowStore({ client, bucket: place.bucket, clock: SYSTEM_CLOCK }),
    close: () => client.destroy(),
  }
}
