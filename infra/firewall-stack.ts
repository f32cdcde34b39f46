import { Stack, type StackProps } from 'aws-cdk-lib'
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2'
import type { Construct } from 'constructs'
import type { GatewayConfig } from './config.ts'
import { acknowledge } from './constructs/acknowledge.ts'

export interface FirewallStackProps extends StackProps {
  readonly config: GatewayConfig
}

/** Requests of one address in five minutes. */
const RATE_MAX = 10_000

/** Managed lists that know addresses and exploits. The common one refuses bodies over 8 KB: FHIR's are larger. */
const MANAGED_RULES = ['AWSManagedRulesAmazonIpReputationList', 'AWSManagedRulesKnownBadInputsRuleSet']

/** One firewall, which both doors put before themselves. */
export class FirewallStack extends Stack {
  readonly aclArn: string

  constructor(scope: Construct, id: string, { config, ...props }: FirewallStackProps) {
    super(scope, id, props)
    const seen = (metricName: string) => ({
      cloudWatchMetricsEnabled: true,
      metricName,
      // A sample holds headers and addresses of requests.
      sampledRequestsEnabled: false,
    })
    const acl = new CfnWebACL(this, 'Acl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: seen(`fhir-gateway-${config.stage}`),
      rules: [
        {
          name: 'rate',
          priority: 0,
          action: { block: {} },
          statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit: RATE_MAX } },
          visibilityConfig: seen('rate'),
        },
        ...MANAGED_RULES.map((name, index) => ({
          name,
          priority: index + 1,
          overrideAction: { none: {} },
          statement: { managedRuleGroupStatement: { vendorName: 'AWS', name } },
          visibilityConfig: seen(name),
        })),
      ],
    })
    acknowledge(acl, {
      'HIPAA.Security-WAFv2LoggingEnabled':
        'Its logs hold whole addresses of requests, which name patients; its metrics do not.',
    })
    this.aclArn = acl.attrArn
  }
}
