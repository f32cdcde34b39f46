export { createBucket } from './create-bucket.ts'
export { createS3Client } from './s3-client.ts'
export { S3ObjectStore, type S3StoreParts, type UploadTerms } from './s3-object-store.ts'
