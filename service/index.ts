/** The service layer: what doors, workers and runtime import. */
import { hideTypes } from './access/hide-types.ts'
import { type AccessPolicy, ALLOW_ALL } from './access/policy.ts'
import { type BinaryRules, DEFAULT_BINARY_RULES } from './binary/binary-rules.ts'
import { readBinary } from './binary/read-binary.ts'
import { writeBinary } from './binary/write-binary.ts'
import type { Call } from './call.ts'
import type { ServiceContext } from './context.ts'
import { createDefinitions, type DefinitionsProvider, servedOnly } from './definitions.ts'
import type { FhirService } from './fhir-service.ts'
import type { Operations } from './graphql/execution/execution.ts'
import type { createGraphql, GraphqlDependencies } from './graphql/executor.ts'
import type { GraphqlLimits } from './graphql/limits.ts'
import { bundle } from './interactions/bundle.ts'
import { capabilities } from './interactions/capabilities.ts'
import { conditionalDelete } from './interactions/conditional-delete.ts'
import { conditionalPatch } from './interactions/conditional-patch.ts'
import { conditionalUpdate } from './interactions/conditional-update.ts'
import { create } from './interactions/create.ts'
import { deleteResource } from './interactions/delete.ts'
import { history } from './interactions/history.ts'
import { patch } from './interactions/patch.ts'
import { read, readStored } from './interactions/read.ts'
import { search } from './interactions/search.ts'
import { update } from './interactions/update.ts'
import { vread, vreadStored } from './interactions/vread.ts'
import { cancelJob, jobStatus } from './jobs/job-status.ts'
import { runJob } from './jobs/run-job.ts'
import { submitBundle } from './jobs/submit-bundle.ts'
import { DEFAULT_LIMITS, type Limits } from './limits.ts'
import { ERASING_OPERATIONS } from './operations/erase.ts'
import type { Operation } from './operations/operation.ts'
import { BASE_OPERATIONS, operationRegistry } from './operations/registry.ts'
import { REINDEX_STATUS } from './operations/reindex-status.ts'
import { runOperation } from './operations/run-operation.ts'
import type { Ports } from './ports/ports.ts'
import type { JsonValue } from './resource/content.ts'
import { currentContexts, keepsOwnParameters, type Within } from './search/own-parameters/current-contexts.ts'
import {
  ALWAYS,
  NEVER,
  type UsesOwn,
  usedByBundle,
  usedBySearch,
  usedByWrite,
} from './search/own-parameters/uses-own.ts'
import { subscribe } from './subscriptions/subscribe.ts'
import { DEFAULT_WRITE_RULES, type WriteRules } from './write-rules.ts'

export { type AccessPolicy, ALLOW_ALL } from './access/policy.ts'
export { indexableOf } from './access/reveal.ts'
export { rolePolicy } from './access/role-policy.ts'
export { DEFAULT_ROLES, parseRoles, type Roles } from './access/roles.ts'
export { asksForAttachmentUrls } from './binary/attachment-urls.ts'
export { type BinaryRules, DEFAULT_BINARY_RULES } from './binary/binary-rules.ts'
export { isInert } from './binary/inert-content.ts'
export { OBJECTS_SEGMENT } from './binary/object-urls.ts'
export { addressedByMembers } from './binary/read-binary.ts'
export { continueObjectSweep, sweepUnnamedObjects } from './binary/unnamed-objects.ts'
export { type Call, type Caller, type Door, type Tenant, tenantOf } from './call.ts'
export {
  type CurrentDefinitions,
  createDefinitions,
  type Definitions,
  type DefinitionsProvider,
} from './definitions.ts'
export { formatEntityTag, parseEntityTags } from './entity-tag.ts'
export { FAULT_CATEGORIES, Fault, type FaultCategory, fault, type Issue, isAway } from './fault.ts'
export type {
  AsyncBundleRequest,
  BinaryRequest,
  BinaryResult,
  BinaryWriteRequest,
  BundleRequest,
  BundleResult,
  CancelledJob,
  ConditionalDeleteRequest,
  ConditionalDeleteResult,
  ConditionalPatchRequest,
  ConditionalUpdateRequest,
  CreateRequest,
  DeleteRequest,
  DeleteResult,
  FhirService,
  GraphqlError,
  GraphqlFieldError,
  GraphqlFieldOutcome,
  GraphqlFieldRequest,
  GraphqlNestedRequest,
  GraphqlRequest,
  GraphqlResult,
  HistoryRequest,
  HistoryResult,
  JobRun,
  JobRunResult,
  JobStatus,
  OnceRequest,
  OperationRequest,
  OperationResult,
  Parameters,
  PassedObject,
  Patch,
  PatchRequest,
  ReadRequest,
  ReadResult,
  Revealed,
  SearchRequest,
  SearchResult,
  SubmittedJob,
  UpdateRequest,
  VersionMatch,
  View,
  VreadRequest,
  WriteResult,
} from './fhir-service.ts'
export { graphqlErrorOfFault, graphqlFieldError } from './graphql/graphql-errors.ts'
export { DEFAULT_GRAPHQL_LIMITS, type GraphqlLimits } from './graphql/limits.ts'
export { HTTP_STATUS, INTERNAL_ERROR, statusOf } from './http-status.ts'
export { ConsistentIndex } from './indexing/consistent-index.ts'
export { type Interaction, type InteractionKind, JOBS_SEGMENT, parseInteraction } from './interaction-request.ts'
export { fingerprintOf } from './interactions/once.ts'
export { BEAT_MS as JOB_BEAT_MS, LEASE_MS as JOB_LEASE_MS } from './jobs/job-lease.ts'
export {
  DEFAULT_LIMITS,
  HEADER_BYTES_MAX,
  IDEMPOTENCY_KEY_LENGTH_MAX,
  type Limits,
  URL_LENGTH_MAX,
} from './limits.ts'
export type { Operation } from './operations/operation.ts'
export { UPLOAD } from './operations/upload.ts'
export type { ChangeFeed, CommittedChange } from './ports/change-feed.ts'
export type { ChangeImage, ChangeImages, TransactionImage, VersionImage } from './ports/change-images.ts'
export type { ChangePublisher } from './ports/change-publisher.ts'
export type { Clock } from './ports/clock.ts'
export type { IndexRebuild } from './ports/index-rebuild.ts'
export type { JobMessages } from './ports/job-store.ts'
export type { Listeners } from './ports/listeners.ts'
export type { LogFields, Logger } from './ports/logger.ts'
export type { Metrics } from './ports/metrics.ts'
export type { OverdueTransactions } from './ports/overdue-transactions.ts'
export type { Ports } from './ports/ports.ts'
export type { RebuildRecord, RebuildRecords } from './ports/rebuild-records.ts'
export type { RefusedChange, RefusedChanges } from './ports/refused-changes.ts'
export type { RefusedChangesQueue, WaitingChange } from './ports/refused-changes-queue.ts'
export type { ResourceStore } from './ports/resource-store.ts'
export type { SearchCleaner } from './ports/search-cleaner.ts'
export type { IndexableVersion, SearchWriter } from './ports/search-writer.ts'
export type { VersionAttributes } from './ports/stored-version.ts'
export type { TransactionFinisher } from './ports/transaction-finisher.ts'
export type { VersionScan } from './ports/version-scan.ts'
export type { IndexedMarks } from './ports/write-markers.ts'
export { formatQueryString, parseQueryString } from './query-string.ts'
export type { JsonObject, JsonValue, ResourceContent } from './resource/content.ts'
export { decodeUtf8, encodeUtf8, isJsonObject, parseJson, stringifyJson } from './resource/json.ts'
export { bytesOfJson } from './resource/json-text.ts'
export { operationOutcome } from './resource/operation-outcome.ts'
export { createOwnDefinitions } from './search/own-parameters/own-definitions.ts'
export { encodeHistory, encodeSearchset } from './searchset.ts'
export type { ChangeFilter } from './subscriptions/change-filter.ts'
export { type ResourceChange, resourceChangeOf } from './subscriptions/resource-change.ts'
export type { SubscribeRequest } from './subscriptions/subscribe.ts'
export { traceOf } from './trace.ts'
export { DEFAULT_WRITE_RULES, type WriteRules } from './write-rules.ts'

export interface ServiceOptions {
  readonly ports: Ports
  /** Default: everyone may do and see everything. */
  readonly policy?: AccessPolicy
  /** Default: the base definitions of R4. */
  readonly definitions?: DefinitionsProvider
  /** Default: all of R4. Of others there is nothing here, and asking for them is not-found. */
  readonly resourceTypes?: readonly string[]
  /** Those that differ from DEFAULT_LIMITS. */
  readonly limits?: Partial<Limits>
  /** Those that differ from DEFAULT_WRITE_RULES. */
  readonly rules?: Partial<WriteRules>
  /** Those that differ from DEFAULT_BINARY_RULES. */
  readonly binaries?: Partial<BinaryRules>
  /** Whether `$erase` and `$purge` take resources away for good. Default: refused. */
  readonly hardDelete?: 'offered' | 'refused'
  /** Besides those of BASE_OPERATIONS. */
  readonly operations?: readonly Operation[]
  /** Those that differ from DEFAULT_GRAPHQL_LIMITS. */
  readonly graphqlLimits?: Partial<GraphqlLimits>
  /** Whether `$graphql` describes its types. Default: offered. */
  readonly introspection?: 'offered' | 'refused'
}

/** Every operation of the gateway over the ports, under the policy. */
export function createFhirService(options: ServiceOptions): FhirService {
  const all = options.definitions ?? createDefinitions()
  const definitions = options.resourceTypes ? servedOnly(all, options.resourceTypes) : all
  const policy = options.policy ?? ALLOW_ALL
  const context: ServiceContext = {
    ports: options.ports,
    policy: options.resourceTypes ? hideTypes(policy, definitions) : policy,
    definitions,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    rules: { ...DEFAULT_WRITE_RULES, ...options.rules },
    binaries: { ...DEFAULT_BINARY_RULES, ...options.binaries },
    operationRegistry: operationRegistry([
      ...BASE_OPERATIONS,
      ...(keepsOwnParameters(options.ports) ? [REINDEX_STATUS] : []),
      ...(options.hardDelete === 'offered' ? ERASING_OPERATIONS : []),
      ...(options.operations ?? []),
    ]),
  }
  const within = currentContexts(context)
  const operations: Operations = {
    binaries: context.binaries,
    read: (call, request) => within(call, NEVER, context => read(context, call, request)),
    vread: (call, request) => within(call, NEVER, context => vread(context, call, request)),
    create: proving(
      within,
      create,
      proven => proven.createProven,
      ({ type, ifNoneExist }) => usedByWrite(type, ifNoneExist),
    ),
    update: proving(
      within,
      update,
      proven => proven.updateProven,
      ({ type }) => usedByWrite(type),
    ),
    delete: proving(
      within,
      deleteResource,
      proven => proven.deleteProven,
      ({ type }) => usedByWrite(type),
    ),
    patch: proving(
      within,
      patch,
      proven => proven.patchProven,
      ({ type }) => usedByWrite(type),
    ),
    conditionalUpdate: proving(within, conditionalUpdate, proven => proven.conditionalUpdateProven, usedByConditional),
    conditionalPatch: proving(within, conditionalPatch, proven => proven.conditionalPatchProven, usedByConditional),
    conditionalDelete: (call, request) =>
      within(call, usedByConditional(request), context => conditionalDelete(context, call, request)),
    history: (call, request) => within(call, NEVER, context => history(context, call, request)),
    search: (call, request) =>
      within(call, usedBySearch(request.type, request.parameters), context => search(context, call, request)),
    bundle: (call, request) => within(call, usedByBundle(request.content), context => bundle(context, call, request)),
    submitBundle: (call, request) => within(call, NEVER, context => submitBundle(context, call, request)),
    jobStatus: (call, id) => within(call, NEVER, context => jobStatus(context, call, id)),
    cancelJob: (call, id) => within(call, NEVER, context => cancelJob(context, call, id)),
    runJob: run => within(run, ALWAYS, context => runJob(context, run)),
    capabilities: call => within(call, ALWAYS, context => capabilities(context, call)),
    apiDescription: call =>
      within(call, NEVER, async context =>
        (await import('./openapi/api-description.ts')).apiDescription(context, call),
      ),
    readBinary: (call, { versionId, ...request }) =>
      within(call, NEVER, context =>
        readBinary(context, call, () =>
          versionId === undefined
            ? readStored(context, call, { type: 'Binary', ...request })
            : vreadStored(context, call, { type: 'Binary', versionId, ...request }),
        ),
      ),
    getObject: async (call, request) => (await passing()).getObject(context, call, request),
    putObject: async (call, request) => (await passing()).putObject(context, call, request),
    writeBinary: (call, request) =>
      within(call, usedByWrite('Binary', request.ifNoneExist), context => writeBinary(context, call, request)),
    operation: (call, request) => within(call, ALWAYS, context => runOperation(context, call, request)),
    xml: async call => (await import('./formats/xml.ts')).xmlFormat(context.definitions.for(call.tenant)),
    subscribe: (call, request) => subscribe(context, call, request),
  }
  return {
    ...operations,
    ...lazyGraphql(within, its => ({
      ...its,
      operations,
      ...(options.graphqlLimits && { graphqlLimits: options.graphqlLimits }),
      ...(options.introspection && { introspection: options.introspection }),
    })),
  }
}

const usedByConditional = ({ type, condition }: { readonly type: string; readonly condition: string }): UsesOwn =>
  usedByWrite(type, condition)

/** Where the object store has a door of its own, nobody ever asks. */
const passing = () => import('./binary/pass-object.ts')

type Step<Request, Result> = (context: ServiceContext, call: Call, request: Request) => Promise<Result>

/** The same operation, by another way where the request brings a Provenance; that way is loaded when it is needed. */
function proving<Request extends { readonly provenance?: JsonValue }, Result>(
  within: Within,
  alone: Step<Request, Result>,
  together: (
    proven: typeof import('./interactions/proven.ts'),
  ) => Step<Request & { readonly provenance: JsonValue }, Result>,
  uses: (request: Request) => UsesOwn,
): (call: Call, request: Request) => Promise<Result> {
  return (call, request) =>
    // Together they are a transaction, whose references may be conditions.
    within(call, request.provenance === undefined ? uses(request) : ALWAYS, async context => {
      const { provenance } = request
      if (provenance === undefined) return alone(context, call, request)
      return together(await import('./interactions/proven.ts'))(context, call, { ...request, provenance })
    })
}

type Graphql = ReturnType<typeof createGraphql>

/** GraphQL is loaded when it is first asked for: a process that serves REST alone starts without it. */
function lazyGraphql(within: Within, dependenciesOf: (context: ServiceContext) => GraphqlDependencies): Graphql {
  const made = new WeakMap<ServiceContext, Promise<Graphql>>()
  const load = (context: ServiceContext): Promise<Graphql> => {
    const loading =
      made.get(context) ?? import('./graphql/executor.ts').then(module => module.createGraphql(dependenciesOf(context)))
    made.set(context, loading)
    return loading
  }
  return {
    // What it searches are interactions of their own.
    graphql: (call, request) => within(call, NEVER, async context => (await load(context)).graphql(call, request)),
    graphqlField: (call, request) =>
      within(call, NEVER, async context => (await load(context)).graphqlField(call, request)),
    graphqlNested: (call, requests) =>
      within(call, NEVER, async context => (await load(context)).graphqlNested(call, requests)),
  }
}
