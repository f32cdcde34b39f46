import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import type { Construct } from 'constructs'
import { AWS_ENV } from '#runtime/env-names.ts'
import type { GatewayConfig } from './config.ts'
import { acknowledge } from './constructs/acknowledge.ts'
import { EncryptionKeys, mayUse } from './constructs/encryption-keys.ts'
import type { Backing } from './constructs/gateway-function.ts'
import { JobQueue } from './constructs/job-queue.ts'
import { privateBucket } from './constructs/private-bucket.ts'

export interface DataStackProps extends StackProps {
  readonly config: GatewayConfig
}

/** As adapters/s3/s3-object-store.ts names what is of no use after some days. */
const PASSING_OBJECTS = 'passing.objects/'
const CHANGES_INDEX = 'changes'

/** What must outlive everything else: the table, the buckets and the keys that they are encrypted with. */
export class DataStack extends Stack {
  readonly keys: EncryptionKeys
  readonly table: Table
  readonly objects: Bucket
  readonly exports: Bucket
  readonly audit: Bucket
  readonly accessLogs: Bucket
  readonly sealingKey: Secret
  readonly jobs: JobQueue
  readonly #objectsArn: string

  constructor(scope: Construct, id: string, { config, ...props }: DataStackProps) {
    super(scope, id, { ...props, terminationProtection: true })
    this.keys = new EncryptionKeys(this, 'Keys', config)
    this.table = this.#table()
    this.sealingKey = this.#sealingKey()
    this.jobs = new JobQueue(this, 'JobQueue', this.keys.for('messages'))
    const objectsKey = this.keys.for('objects')
    const kept = Duration.days(30)
    this.accessLogs = privateBucket(this, 'AccessLogs', { expiresAfter: Duration.days(365), keepsReplacedFor: kept })
    const shown = { encryptionKey: objectsKey, accessLogs: this.accessLogs, keepsReplacedFor: kept }
    const passing = { prefix: PASSING_OBJECTS, expiresAfter: Duration.days(2) }
    this.objects = privateBucket(this, 'Objects', { ...shown, passing })
    this.#objectsArn = this.exportValue(this.objects.bucketArn, { name: this.#objectsExport })
    this.exports = privateBucket(this, 'Exports', {
      ...shown,
      expiresAfter: Duration.days(3),
      keepsReplacedFor: Duration.days(1),
    })
    this.audit = privateBucket(this, 'Audit', shown)
  }

  get tableBacking(): Backing {
    const { tableArn, tableName } = this.table
    return {
      statements: [
        new PolicyStatement({
          actions: [
            'dynamodb:BatchGetItem',
            'dynamodb:ConditionCheckItem',
            'dynamodb:DeleteItem',
            'dynamodb:GetItem',
            'dynamodb:PutItem',
            'dynamodb:Query',
            'dynamodb:UpdateItem',
          ],
          resources: [tableArn],
        }),
        new PolicyStatement({ actions: ['dynamodb:Query'], resources: [`${tableArn}/index/${CHANGES_INDEX}`] }),
        ...mayUse(this.keys.for('table')),
      ],
      environment: { [AWS_ENV.table]: tableName },
      openEnds: {},
    }
  }

  /** For who takes marks off items, and reads what it works on from the stream; of items only definitions. */
  get tableMarksBacking(): Backing {
    const { tableArn, tableName } = this.table
    return {
      statements: [
        new PolicyStatement({
          actions: ['dynamodb:GetItem', 'dynamodb:DeleteItem', 'dynamodb:UpdateItem'],
          resources: [tableArn],
        }),
        ...mayUse(this.keys.for('table')),
      ],
      environment: { [AWS_ENV.table]: tableName },
      openEnds: {},
    }
  }

  /** Its value gets into the environment of functions when they are deployed: none of them asks for it. */
  get sealingBacking(): Backing {
    return {
      statements: [],
      environment: { [AWS_ENV.sealingKey]: this.sealingKey.secretValue.unsafeUnwrap() },
      openEnds: {},
    }
  }

  /** Added to what else is granted on the table: reads all of it, which no request may. */
  get tableScanBacking(): Backing {
    const statements = [new PolicyStatement({ actions: ['dynamodb:Scan'], resources: [this.table.tableArn] })]
    return { statements, environment: {}, openEnds: {} }
  }

  /** For who begins jobs. */
  get jobsBacking(): Backing {
    const { queueArn, queueUrl } = this.jobs.jobs
    return {
      statements: [
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queueArn] }),
        ...mayUse(this.keys.for('messages')),
      ],
      environment: { [AWS_ENV.jobsQueue]: queueUrl },
      openEnds: {},
    }
  }

  get objectsBacking(): Backing {
    return this.#objectsFor(['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject'])
  }

  get objectsReadBacking(): Backing {
    return this.#objectsFor(['s3:GetObject'])
  }

  /** A name of its own, by which the reason for its open end is found. */
  get #objectsExport(): string {
    return `${this.stackName}-objects-arn`
  }

  #objectsFor(actions: string[]): Backing {
    return {
      statements: [
        new PolicyStatement({ actions, resources: [`${this.#objectsArn}/*`] }),
        // Without it S3 calls what is not there forbidden.
        new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.#objectsArn] }),
        ...mayUse(this.keys.for('objects')),
      ],
      environment: { [AWS_ENV.objectsBucket]: this.objects.bucketName },
      openEnds: { [`${this.#objectsExport}/*`]: 'Objects have keys that are made when they are stored.' },
    }
  }

  #sealingKey(): Secret {
    const encryptionKey = this.keys.for('objects')
    const secret = new Secret(this, 'SealingKey', {
      description: 'FHIR gateway: what page links are sealed with',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: RemovalPolicy.RETAIN,
      ...(encryptionKey && { encryptionKey }),
    })
    const reason = 'Page links given out before a rotation would stop working: it is changed by a deployment.'
    acknowledge(secret, {
      'AwsSolutions-SMG4': reason,
      'HIPAA.Security-SecretsManagerRotationEnabled': reason,
      ...(!encryptionKey && {
        'HIPAA.Security-SecretsManagerUsingKMSKey':
          'Encrypted with a key of AWS; kms=one or kms=per-service gives others.',
      }),
    })
    return secret
  }

  /** As adapters/dynamodb/table-definition.ts has it for engines without a deployment; a test compares. */
  #table(): Table {
    const encryptionKey = this.keys.for('table')
    const table = new Table(this, 'Table', {
      partitionKey: { name: 'partition', type: AttributeType.STRING },
      sortKey: { name: 'sort', type: AttributeType.STRING },
      timeToLiveAttribute: 'expires',
      billingMode: BillingMode.PAY_PER_REQUEST,
      stream: StreamViewType.NEW_IMAGE,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      ...(encryptionKey
        ? { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }
        : { encryption: TableEncryption.DEFAULT }),
    })
    table.addGlobalSecondaryIndex({
      indexName: CHANGES_INDEX,
      partitionKey: { name: 'changes', type: AttributeType.STRING },
      sortKey: { name: 'changed', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    })
    acknowledge(table, {
      'HIPAA.Security-DynamoDBInBackupPlan':
        'Point-in-time recovery restores any second of the last 35 days; copies elsewhere are for the owner to decide.',
    })
    return table
  }
}
