import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'

/** A client for the stores of a bucket, whose puts and gets may all be repeated: the SDK tries them again by itself. */
export const createS3Client = (configuration: S3ClientConfig): S3Client =>
  new S3Client({
    ...configuration,
    // Ours is a sha256 in the item; the SDK's own checksum would be signed into presigned uploads.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
