import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import type { Key } from 'aws-cdk-lib/aws-kms'
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'

export interface PrivateBucketProps {
  /** undefined: a key of S3. */
  readonly encryptionKey?: Key | undefined
  /** Where its access log goes. undefined: it is where those go. */
  readonly accessLogs?: Bucket
  /** Objects are removed so long after they came. */
  readonly expiresAfter?: Duration
  /** Objects below this prefix are removed so long after they came. */
  readonly passing?: { readonly prefix: string; readonly expiresAfter: Duration }
  /** Versions that were overwritten or deleted are kept so long. */
  readonly keepsReplacedFor: Duration
}

/** A bucket that nobody reads from outside, encrypted, TLS only, kept when its stack goes. */
export function privateBucket(scope: Construct, id: string, props: PrivateBucketProps): Bucket {
  const { encryptionKey, accessLogs, expiresAfter, passing, keepsReplacedFor } = props
  const bucket = new Bucket(scope, id, {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    removalPolicy: RemovalPolicy.RETAIN,
    ...(encryptionKey
      ? { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }
      : { encryption: BucketEncryption.S3_MANAGED }),
    ...(accessLogs && {
      serverAccessLogsBucket: accessLogs as IBucket,
      serverAccessLogsPrefix: `${id.toLowerCase()}/`,
    }),
    lifecycleRules: [
      {
        ...(expiresAfter && { expiration: expiresAfter }),
        noncurrentVersionExpiration: keepsReplacedFor,
        abortIncompleteMultipartUploadAfter: keepsReplacedFor,
      },
      ...(passing
        ? [{ prefix: passing.prefix, expiration: passing.expiresAfter, noncurrentVersionExpiration: Duration.days(1) }]
        : []),
    ],
  })
  acknowledge(bucket, {
    'HIPAA.Security-S3BucketReplicationEnabled':
      'S3 keeps objects in three zones; a copy in another region is for the owner of the data to decide.',
    ...(!encryptionKey && {
      'HIPAA.Security-S3DefaultEncryptionKMS': 'Encrypted with keys of S3; kms=one or kms=per-service gives others.',
    }),
    ...(!accessLogs && {
      'AwsSolutions-S1': 'Access logs of the bucket of access logs would grow from themselves.',
      'HIPAA.Security-S3BucketLoggingEnabled': 'Access logs of the bucket of access logs would grow from themselves.',
    }),
  })
  return bucket
}
