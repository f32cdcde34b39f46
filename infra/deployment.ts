import type { App, StackProps } from 'aws-cdk-lib'
import type { GatewayConfig } from './config.ts'
import type { Backings, FunctionSurroundings } from './constructs/gateway-function.ts'
import { DataStack } from './data-stack.ts'
import { FirewallStack } from './firewall-stack.ts'
import { FUNCTIONS, type FunctionSpec } from './functions.ts'
import { GraphqlStack } from './graphql-stack.ts'
import { IdentityStack } from './identity-stack.ts'
import { assertEntries, type CodeOf } from './lambda-code.ts'
import { ObservabilityStack } from './observability-stack.ts'
import { RestStack } from './rest-stack.ts'
import { SearchStack } from './search-stack.ts'
import { WorkersStack } from './workers-stack.ts'

export interface DeploymentParts {
  readonly config: GatewayConfig
  /** Of the repository. */
  readonly root: string
  readonly codeOf: CodeOf
}

export interface Deployment {
  readonly data: DataStack
  readonly search: SearchStack
  readonly identity: IdentityStack
  readonly rest: RestStack
  readonly graphql: GraphqlStack
  readonly workers: WorkersStack
  readonly observability: ObservabilityStack
  /** undefined where the configuration has none. */
  readonly firewall: FirewallStack | undefined
}

/**
 * All stacks of one gateway.
 * @throws DeploymentError where the entry of a function is missing, or its code cannot be made
 */
export function createDeployment(app: App, { config, root, codeOf }: DeploymentParts): Deployment {
  const specs: readonly FunctionSpec[] = Object.values(FUNCTIONS)
  assertEntries(root, specs)
  const name = (part: string) => `fhir-gateway-${config.stage}-${part}`
  const place: StackProps = {
    ...(config.region && { env: { region: config.region } }),
    tags: { application: 'fhir-gateway', stage: config.stage },
  }
  const data = new DataStack(app, name('data'), { ...place, config })
  const { keys } = data
  const search = new SearchStack(app, name('search'), { ...place, config, encryptionKey: keys.for('search') })
  const identity = new IdentityStack(app, name('identity'), { ...place, config })
  const backings: Backings = {
    table: data.tableBacking,
    objects: data.objectsBacking,
    'table-marks': data.tableMarksBacking,
    'table-scan': data.tableScanBacking,
    'objects-read': data.objectsReadBacking,
    sealing: data.sealingBacking,
    search: search.backing,
    jobs: data.jobsBacking,
  }
  const surroundings: FunctionSurroundings = { config, backings, codeOf, logsKey: keys.for('logs') }
  const firewall = config.waf ? new FirewallStack(app, name('firewall'), { ...place, config }) : undefined
  const doors = { ...place, surroundings, identity, ...(firewall && { firewallArn: firewall.aclArn }) }
  const rest = new RestStack(app, name('api-rest'), doors)
  const fhirUrl = config.baseUrl ?? rest.fhirUrl
  const graphql = new GraphqlStack(app, name('api-graphql'), { ...doors, root, fhirUrl })
  const messagesKey = keys.for('messages')
  const workers = new WorkersStack(app, name('workers'), {
    ...place,
    ...{ surroundings, messagesKey, fhirUrl, api: graphql.api },
    table: data.table,
    jobs: data.jobs,
    specs: specs.filter(({ isDoor }) => !isDoor),
  })
  const observability = new ObservabilityStack(app, name('observability'), {
    ...place,
    ...{
      config,
      rest,
      graphql,
      search,
      workers: workers.workers,
      tasks: workers.tasks,
      liveUpdates: workers.liveUpdates,
      jobs: data.jobs,
      messagesKey,
    },
  })
  return Object.freeze({ data, search, identity, rest, graphql, workers, observability, firewall })
}
