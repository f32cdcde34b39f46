export { createBucket } from './create-bucket.ts'
export { createS3Client } from './s3-client.ts'
export { S3ObjectStore } from './s3-object-store.ts'
export { S3OverflowStore } from './s3-overflow-store.ts'
