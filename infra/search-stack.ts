import { Aws, CfnDeletionPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Key } from 'aws-cdk-lib/aws-kms'
import { CfnDomain } from 'aws-cdk-lib/aws-opensearchservice'
import type { Construct } from 'constructs'
import { AWS_ENV, ENV } from '#runtime/env-names.ts'
import type { GatewayConfig } from './config.ts'
import { acknowledge } from './constructs/acknowledge.ts'
import type { Backing } from './constructs/gateway-function.ts'

export interface SearchStackProps extends StackProps {
  readonly config: GatewayConfig
  readonly encryptionKey: Key | undefined
}

/** The search index: made of the table at any time, so it is the one part with data that needs no backup. */
export class SearchStack extends Stack {
  readonly domain: CfnDomain
  readonly domainName: string
  readonly #tenancy: GatewayConfig['tenancy']

  constructor(scope: Construct, id: string, { config, encryptionKey, ...props }: SearchStackProps) {
    super(scope, id, { ...props, terminationProtection: true })
    const { instanceType, instances, volumeGigabytes } = config.search
    this.#tenancy = config.tenancy
    this.domainName = `fhir-gateway-${config.stage}`
    this.domain = new CfnDomain(this, 'Domain', {
      domainName: this.domainName,
      engineVersion: 'OpenSearch_2.19',
      clusterConfig: {
        instanceType,
        instanceCount: instances,
        dedicatedMasterEnabled: false,
        zoneAwarenessEnabled: instances > 1,
        ...(instances > 1 && { zoneAwarenessConfig: { availabilityZoneCount: instances % 3 === 0 ? 3 : 2 } }),
      },
      ebsOptions: { ebsEnabled: true, volumeType: 'gp3', volumeSize: volumeGigabytes },
      encryptionAtRestOptions: { enabled: true, ...(encryptionKey && { kmsKeyId: encryptionKey.keyArn }) },
      nodeToNodeEncryptionOptions: { enabled: true },
      domainEndpointOptions: { enforceHttps: true, tlsSecurityPolicy: 'Policy-Min-TLS-1-2-PFS-2023-10' },
      softwareUpdateOptions: { autoSoftwareUpdateEnabled: true },
      offPeakWindowOptions: { enabled: true },
      accessPolicies: this.#accountPolicy(),
    })
    this.domain.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN
    this.domain.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN
    acknowledgeDomain(this.domain)
  }

  get #arn(): string {
    return `arn:${Aws.PARTITION}:es:${Aws.REGION}:${Aws.ACCOUNT_ID}:domain/${this.domainName}`
  }

  get backing(): Backing {
    return {
      statements: [
        new PolicyStatement({
          actions: ['es:ESHttpDelete', 'es:ESHttpGet', 'es:ESHttpHead', 'es:ESHttpPost', 'es:ESHttpPut'],
          resources: [`${this.#arn}/*`],
        }),
      ],
      environment: {
        [AWS_ENV.searchEndpoint]: `https://${this.domain.attrDomainEndpoint}`,
        [AWS_ENV.searchPrefix]: 'fhir',
        [ENV.tenancy]: this.#tenancy,
      },
      openEnds: {
        [`arn:<AWS::Partition>:es:<AWS::Region>:<AWS::AccountId>:domain/${this.domainName}/*`]:
          'Indexes are made and swapped while the domain runs; the gateway is its only user.',
      },
    }
  }

  /** Signed requests of this account alone; which of its roles may ask is said by the roles' own policies. */
  #accountPolicy(): object {
    return {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:root` },
          Action: ['es:ESHttpDelete', 'es:ESHttpGet', 'es:ESHttpHead', 'es:ESHttpPost', 'es:ESHttpPut'],
          Resource: `${this.#arn}/*`,
        },
      ],
    }
  }
}

function acknowledgeDomain(domain: CfnDomain): void {
  const signed = 'Only requests signed by roles of the account are let in; a VPC would need NAT or endpoints.'
  const small = 'The index is made of the table at any time; searchInstances gives it more nodes in more zones.'
  const silent = "The domain's logs quote what is searched for and indexed: patients' data."
  acknowledge(domain, {
    'AwsSolutions-OS1': signed,
    'HIPAA.Security-OpenSearchInVPCOnly': signed,
    'AwsSolutions-OS3': 'Signed requests of named roles stand in for a list of addresses: Lambda has no fixed ones.',
    'AwsSolutions-OS4': small,
    'AwsSolutions-OS7': small,
    'AwsSolutions-OS9[LogExport::SEARCH_SLOW_LOGS]': silent,
    'AwsSolutions-OS9[LogExport::INDEX_SLOW_LOGS]': silent,
    'HIPAA.Security-OpenSearchErrorLogsToCloudWatch': silent,
  })
}
