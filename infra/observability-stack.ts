import { Aws, Duration, Stack, type StackProps } from 'aws-cdk-lib'
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { Key } from 'aws-cdk-lib/aws-kms'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'
import type { GatewayConfig } from './config.ts'
import { acknowledge } from './constructs/acknowledge.ts'
import type { GatewayFunction } from './constructs/gateway-function.ts'
import type { JobQueue } from './constructs/job-queue.ts'
import type { LiveUpdates } from './constructs/live-updates.ts'
import type { GraphqlStack } from './graphql-stack.ts'
import type { RestStack } from './rest-stack.ts'
import type { SearchStack } from './search-stack.ts'
import type { Worker } from './workers-stack.ts'

export interface ObservabilityStackProps extends StackProps {
  readonly config: GatewayConfig
  readonly rest: RestStack
  readonly graphql: GraphqlStack
  readonly search: SearchStack
  readonly workers: readonly Worker[]
  readonly tasks: readonly GatewayFunction[]
  readonly liveUpdates: LiveUpdates
  readonly jobs: JobQueue
  readonly messagesKey: Key | undefined
}

interface Watch {
  readonly metric: IMetric
  readonly threshold: number
  /** Periods in a row. */
  readonly periods?: number
  readonly description: string
  readonly below?: boolean
}

const FIVE_MINUTES = Duration.minutes(5)
const SLOW_MS = 3000
const INDEX_LATE_MS = 60_000
const FREE_STORAGE_MEGABYTES = 2048

/** What is watched, and who hears of it. */
export class ObservabilityStack extends Stack {
  readonly topic: Topic

  constructor(scope: Construct, id: string, props: ObservabilityStackProps) {
    super(scope, id, props)
    const { config, rest, graphql, search, workers, tasks, liveUpdates, jobs } = props
    this.topic = this.#topic(config, props.messagesKey)
    const doors = { ...restWatches(rest), ...graphqlWatches(graphql) }
    const functions = Object.assign(
      {},
      ...[
        rest.function,
        graphql.function,
        ...workers.map(worker => worker.function),
        liveUpdates.function,
        ...tasks,
      ].map(functionWatches),
    )
    const streams = Object.assign({}, ...workers.map(workerWatches), liveUpdateWatches(liveUpdates), jobWatches(jobs))
    const index = searchWatches(search)
    const watched: Readonly<Record<string, Watch>> = { ...doors, ...functions, ...streams, ...index }
    for (const [name, watch] of Object.entries(watched)) this.#alarm(name, watch)
    this.#dashboard(config, [doors, functions, streams, index])
  }

  #topic({ alarmEmail }: GatewayConfig, masterKey: Key | undefined): Topic {
    const topic = new Topic(this, 'Alarms', {
      displayName: 'FHIR gateway alarms',
      enforceSSL: true,
      ...(masterKey && { masterKey }),
    })
    if (alarmEmail) topic.addSubscription(new EmailSubscription(alarmEmail))
    if (!masterKey) {
      const reason = "CloudWatch can't publish with a key of AWS; alarms name metrics alone. kms=one gives another key."
      acknowledge(topic, { 'HIPAA.Security-SNSEncryptedKMS': reason, 'AwsSolutions-SNS2': reason })
    }
    return topic
  }

  #alarm(name: string, { metric, threshold, periods = 1, description, below = false }: Watch): void {
    const alarm = new Alarm(this, name, {
      metric,
      threshold,
      evaluationPeriods: periods,
      alarmDescription: description,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    })
    alarm.addAlarmAction(new SnsAction(this.topic))
    alarm.addOkAction(new SnsAction(this.topic))
  }

  #dashboard(config: GatewayConfig, groups: readonly Readonly<Record<string, Watch>>[]): void {
    const dashboard = new Dashboard(this, 'Dashboard', { dashboardName: `fhir-gateway-${config.stage}` })
    for (const group of groups) {
      const widgets = Object.entries(group).map(
        ([title, { metric }]) => new GraphWidget({ title, left: [metric], width: 8, period: FIVE_MINUTES }),
      )
      if (widgets.length > 0) dashboard.addWidgets(...widgets)
    }
  }
}

const restWatches = ({ api }: RestStack): Readonly<Record<string, Watch>> => ({
  RestServerErrors: {
    metric: api.metricServerError({ period: FIVE_MINUTES, statistic: 'Sum' }),
    threshold: 1,
    description: 'REST answered with 5xx.',
  },
  RestLatency: {
    metric: api.metricLatency({ period: FIVE_MINUTES, statistic: 'p95' }),
    threshold: SLOW_MS,
    periods: 3,
    description: `One REST request of twenty took ${SLOW_MS} ms or longer.`,
  },
})

function graphqlWatches({ api }: GraphqlStack): Readonly<Record<string, Watch>> {
  const metric = (metricName: string, statistic: string) =>
    new Metric({
      namespace: 'AWS/AppSync',
      metricName,
      statistic,
      period: FIVE_MINUTES,
      dimensionsMap: { GraphQLAPIId: api.attrApiId },
    })
  return {
    GraphqlServerErrors: { metric: metric('5XXError', 'Sum'), threshold: 1, description: 'GraphQL answered with 5xx.' },
    GraphqlLatency: {
      metric: metric('Latency', 'p95'),
      threshold: SLOW_MS,
      periods: 3,
      description: `One GraphQL request of twenty took ${SLOW_MS} ms or longer.`,
    },
  }
}

function functionWatches({ function: watched, spec }: GatewayFunction): Readonly<Record<string, Watch>> {
  return {
    [`${spec.name}-errors`]: {
      metric: watched.metricErrors({ period: FIVE_MINUTES }),
      threshold: 1,
      description: `The function ${spec.name} failed.`,
    },
    [`${spec.name}-throttles`]: {
      metric: watched.metricThrottles({ period: FIVE_MINUTES }),
      threshold: 1,
      description: `The function ${spec.name} was called more often at once than it may run.`,
    },
  }
}

function workerWatches({ function: { function: watched, spec }, refused }: Worker): Readonly<Record<string, Watch>> {
  return {
    [`${spec.name}-age`]: {
      metric: watched.metric('IteratorAge', { period: FIVE_MINUTES, statistic: 'Maximum' }),
      threshold: INDEX_LATE_MS,
      description: `${spec.name} is ${INDEX_LATE_MS / 1000} s or more behind the table.`,
    },
    [`${spec.name}-refused`]: {
      metric: refused.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES, statistic: 'Maximum' }),
      threshold: 1,
      description: `${spec.name} gave up on changes: see its queue.`,
    },
  }
}

function liveUpdateWatches({ untold }: LiveUpdates): Readonly<Record<string, Watch>> {
  return {
    'publish-untold': {
      metric: untold.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES, statistic: 'Maximum' }),
      threshold: 1,
      description: 'Subscribers were not told of changes: see the queue Untold.',
    },
  }
}

const jobWatches = ({ failed }: JobQueue): Readonly<Record<string, Watch>> => ({
  'jobs-failed': {
    metric: failed.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES, statistic: 'Maximum' }),
    threshold: 1,
    description: 'A job was begun again and again, and never came to an end.',
  },
})

function searchWatches({ domainName }: SearchStack): Readonly<Record<string, Watch>> {
  const metric = (metricName: string, statistic = 'Maximum') =>
    new Metric({
      namespace: 'AWS/ES',
      metricName,
      statistic,
      period: FIVE_MINUTES,
      dimensionsMap: { DomainName: domainName, ClientId: Aws.ACCOUNT_ID },
    })
  return {
    SearchRed: {
      metric: metric('ClusterStatus.red'),
      threshold: 1,
      description: 'A part of the search index is lost: see how it is made again.',
    },
    SearchWritesBlocked: {
      metric: metric('ClusterIndexWritesBlocked'),
      threshold: 1,
      description: 'The search index takes no changes.',
    },
    SearchStorage: {
      metric: metric('FreeStorageSpace', 'Minimum'),
      threshold: FREE_STORAGE_MEGABYTES,
      below: true,
      description: `The search index has less than ${FREE_STORAGE_MEGABYTES} MB left.`,
    },
    SearchProcessor: {
      metric: metric('CPUUtilization', 'Average'),
      threshold: 80,
      periods: 3,
      description: 'The search index has been busy for a quarter of an hour.',
    },
    SearchMemory: {
      metric: metric('JVMMemoryPressure'),
      threshold: 92,
      periods: 3,
      description: 'The search index is short of memory.',
    },
    SearchKey: {
      metric: metric('KMSKeyError'),
      threshold: 1,
      description: 'The search index cannot use its key.',
    },
  }
}
