/** The one service layer, as both doors and the workers see it. */

import type { BinaryRules } from './binary/binary-rules.ts'
import type { Call } from './call.ts'
import type { Issue } from './fault.ts'
import type { XmlFormat } from './formats/xml.ts'
import type {
  GraphqlFieldOutcome,
  GraphqlFieldRequest,
  GraphqlNestedRequest,
  GraphqlRequest,
  GraphqlResult,
} from './graphql/requests.ts'
import type {
  AsyncBundleRequest,
  CancelledJob,
  JobRun,
  JobRunResult,
  JobStatus,
  OnceRequest,
  SubmittedJob,
} from './job-requests.ts'
import type { ByteRange } from './ports/object-store.ts'
import type { ResourceKey, VersionAttributes } from './ports/stored-version.ts'
import type { JsonValue, ResourceContent } from './resource/content.ts'
import type { JsonText } from './resource/json-text.ts'
import type { ChangeFilter } from './subscriptions/change-filter.ts'
import type { SubscribeRequest } from './subscriptions/subscribe.ts'

export type {
  GraphqlError,
  GraphqlFieldError,
  GraphqlFieldOutcome,
  GraphqlFieldRequest,
  GraphqlNestedRequest,
  GraphqlRequest,
  GraphqlResult,
} from './graphql/requests.ts'

export type {
  AsyncBundleRequest,
  CancelledJob,
  JobRun,
  JobRunResult,
  JobStatus,
  OnceRequest,
  SubmittedJob,
} from './job-requests.ts'

/**
 * Every operation rejects with a Fault for what can be expected: forbidden, not-found, gone (a tombstone is the newest
 * version), invalid and unprocessable (with every issue found), conflict, precondition-failed, too-costly ...
 * Resources that the policy hides from the caller are not-found.
 */
export interface FhirService {
  /** How Binaries tell where their bytes are: the doors answer by it. */
  readonly binaries: BinaryRules
  /** R4 http.html#read. A version that the conditions say the caller has already: not-modified. */
  read(call: Call, request: ReadRequest): Promise<ReadResult>
  /** R4 http.html#vread. A tombstone is gone. */
  vread(call: Call, request: VreadRequest): Promise<ReadResult>
  /** R4 http.html#create, conditional with ifNoneExist. The id is always new. */
  create(call: Call, request: CreateRequest): Promise<WriteResult>
  /** R4 http.html#update; creates where nothing was, and revives the deleted. */
  update(call: Call, request: UpdateRequest): Promise<WriteResult>
  /** R4 http.html#patch. A patch that changes nothing makes no version: unchanged. */
  patch(call: Call, request: PatchRequest): Promise<WriteResult>
  /** R4 http.html#cond-update: of the one match; creates where there is none. */
  conditionalUpdate(call: Call, request: ConditionalUpdateRequest): Promise<WriteResult>
  /** R4 http.html#patch, of the one match. No match is not-found. */
  conditionalPatch(call: Call, request: ConditionalPatchRequest): Promise<WriteResult>
  /** R4 http.html#3.1.0.7.1: of the one match, or of all where rules.conditionalDeleteMax allows so many. */
  conditionalDelete(call: Call, request: ConditionalDeleteRequest): Promise<ConditionalDeleteResult>
  /** R4 http.html#delete. Deleting what is not there, or is gone already, succeeds without a new version. */
  delete(call: Call, request: DeleteRequest): Promise<DeleteResult>
  /** R4 binary.html: the bytes of a Binary, or of one of its versions. */
  readBinary(call: Call, request: BinaryRequest): Promise<BinaryResult>
  /** R4 binary.html: a Binary of these bytes, new or as the next version of the id. */
  writeBinary(call: Call, request: BinaryWriteRequest): Promise<WriteResult>
  /** Bytes at a URL that this service has given: whoever has the URL may have them. */
  getObject(call: Call, request: ObjectRequest): Promise<PassedObject>
  /** The same the other way; until its time is over they may be put again. */
  putObject(call: Call, request: PutObjectRequest): Promise<void>
  /** R4 http.html#history of an instance; of a type or the system where the request names less. */
  history(call: Call, request: HistoryRequest): Promise<HistoryResult>
  /** R4 search.html. The result holds what was applied, so that the self link can say it. */
  search(call: Call, request: SearchRequest): Promise<SearchResult>
  /** R4 http.html#transaction: a Bundle of type transaction (all or nothing) or batch (each for itself). */
  bundle(call: Call, request: BundleRequest): Promise<BundleResult>
  /** R4 async.html: a Bundle to be worked on after the answer. unsupported where this server has no workers. */
  submitBundle(call: Call, request: AsyncBundleRequest): Promise<SubmittedJob>
  /** How far a job of the caller is; not-found for anybody else's, and after a day. */
  jobStatus(call: Call, id: string): Promise<JobStatus>
  /** Gives a job up: not-found as for its status. */
  cancelJob(call: Call, id: string): Promise<CancelledJob>
  /** For workers: does a job that waits. Whatever goes wrong with the job itself is its result. */
  runJob(run: JobRun): Promise<JobRunResult>
  /** R4 http.html#capabilities: JSON text of the CapabilityStatement, computed from what this service runs. */
  capabilities(call: Call): Promise<Uint8Array>
  /** JSON text of an OpenAPI 3.1 document of the REST door. */
  apiDescription(call: Call): Promise<Uint8Array>
  /** Live updates: which changes the caller is told of from now on. */
  subscribe(call: Call, request: SubscribeRequest): Promise<ChangeFilter>
  /** R4 operations.html: `$name` of the system, a type, an instance or a version. */
  operation(call: Call, request: OperationRequest): Promise<OperationResult>
  /** XML as a format of what the tenant's definitions describe. Loaded when it is first asked for. */
  xml(call: Call): Promise<XmlFormat>
  /** A whole GraphQL document on the `$graphql` operation: HL7's page, exact decimals, keys by response name. */
  graphql(call: Call, request: GraphqlRequest): Promise<GraphqlResult>
  /** One root field as AppSync asks for it, with everything below it prefetched; keys by field name. */
  graphqlField(call: Call, request: GraphqlFieldRequest): Promise<JsonValue>
  /**
   * Fields below a root field that graphqlField could not prefetch (Reference.resource, reverse lists), as AppSync asks
   * for them: many at once, batched. In the order asked; a failure is an answer, so that the others stand.
   */
  graphqlNested(call: Call, requests: readonly GraphqlNestedRequest[]): Promise<readonly GraphqlFieldOutcome[]>
}

/** A version that the caller may see. */
export interface Revealed extends VersionAttributes {
  /** As stored or as the view cut it. */
  readonly body: JsonText
  /** The body parsed (decimals exact), at most once. Treat as frozen. */
  readonly content: () => ResourceContent
  /** What it is contained in, where it is no resource of its own; its id is that in there. */
  readonly container?: ResourceKey
  /** How much of it is what was sought, 0 to 1. R4 search.html#score */
  readonly score?: number
}

/** R4 search.html#summary and #elements, on reads as well. */
export interface View {
  readonly summary?: 'true' | 'text' | 'data' | 'count' | 'false'
  readonly elements?: readonly string[]
}

export interface ReadRequest {
  readonly type: string
  readonly id: string
  /** Version ids in If-None-Match, without W/"" around; '*' matches any. */
  readonly ifNoneMatch?: readonly string[]
  /** If-Modified-Since in ms; whole seconds, as HTTP dates are. */
  readonly ifModifiedSince?: number
  readonly view?: View
  /** Of a Binary: a URL of its bytes in place of them, in an extension. Default: the bytes. */
  readonly bytesAs?: 'url'
}

export interface VreadRequest extends ReadRequest {
  /** As in the URL; what is no positive integer is not-found. */
  readonly versionId: string
}

export type ReadResult =
  | { readonly kind: 'found'; readonly version: Revealed }
  | { readonly kind: 'not-modified'; readonly version: VersionAttributes }

export interface CreateRequest {
  readonly type: string
  /** Parsed by parseJson, not validated. */
  readonly content: JsonValue
  /** The search of If-None-Exist, without '?': one match is answered instead of creating. */
  readonly ifNoneExist?: string
  readonly once?: OnceRequest
  /** R4 provenance.html#header: written in the same commit, its target being the version that this writes. */
  readonly provenance?: JsonValue
}

/**
 * Version ids of If-Match without W/"": one, or several of which any will do; '*' is any version that is there.
 */
export type VersionMatch = string | readonly string[]

export interface UpdateRequest {
  readonly type: string
  readonly id: string
  readonly content: JsonValue
  readonly ifMatch?: VersionMatch
  /** If-None-Match: the resource must not exist, so that this creates it. */
  readonly ifNoneMatch?: '*'
  /** R4 provenance.html#header: written in the same commit, its target being the version that this writes. */
  readonly provenance?: JsonValue
}

/** What changes a resource; content is parsed by parseJson and not validated. R4 http.html#patch */
export type Patch =
  /** RFC 6902: an array of operations. */
  | { readonly format: 'json-patch'; readonly operations: JsonValue }
  /** RFC 7396 */
  | { readonly format: 'merge-patch'; readonly document: JsonValue }
  /** R4 fhirpatch.html: a Parameters resource. */
  | { readonly format: 'fhirpath-patch'; readonly parameters: JsonValue }
  /** RFC 5261: a diff element. */
  | { readonly format: 'xml-patch'; readonly document: string }

export interface PatchRequest {
  readonly type: string
  readonly id: string
  readonly patch: Patch
  readonly ifMatch?: VersionMatch
  /** R4 provenance.html#header: written in the same commit, its target being the version that this writes. */
  readonly provenance?: JsonValue
}

export interface ConditionalUpdateRequest {
  readonly type: string
  /** The search, without '?'. */
  readonly condition: string
  readonly content: JsonValue
  readonly ifMatch?: VersionMatch
  /** R4 provenance.html#header: written in the same commit, its target being the version that this writes. */
  readonly provenance?: JsonValue
}

export interface ConditionalPatchRequest {
  readonly type: string
  readonly condition: string
  readonly patch: Patch
  readonly ifMatch?: VersionMatch
  /** R4 provenance.html#header: written in the same commit, its target being the version that this writes. */
  readonly provenance?: JsonValue
}

export interface ConditionalDeleteRequest {
  readonly type: string
  readonly condition: string
  readonly ifMatch?: VersionMatch
}

export interface ConditionalDeleteResult {
  /** The tombstones: none where nothing matched. */
  readonly versions: readonly VersionAttributes[]
}

export interface WriteResult {
  /**
   * created: a new version 1 or a revival; updated: a new version; unchanged: a conditional create found this one, or a
   * patch left it as it was.
   */
  readonly kind: 'created' | 'updated' | 'unchanged'
  readonly version: Revealed
}

export interface BinaryRequest extends Omit<ReadRequest, 'type' | 'view'> {
  readonly versionId?: string
}

export type BinaryResult =
  | { readonly kind: 'not-modified'; readonly version: VersionAttributes }
  | {
      readonly kind: 'found'
      readonly version: VersionAttributes
      readonly contentType: string
      /** How many there are. */
      readonly bytes: number
      /** Where the client may read them itself, and should, since they are many. */
      readonly url?: string
      /** SHA-256 of all of them in base64, where it is known. */
      readonly sha256?: string
      /** All of them, or those of a range within them: in pieces, or as they come from where they are kept. */
      readonly get: (range: ByteRange | undefined) => Promise<readonly Uint8Array[] | AsyncIterable<Uint8Array>>
    }

/** A URL's last two segments. Whose the bytes are is for the URL to say, not for the call. */
export interface ObjectRequest {
  readonly tenant: string
  readonly sealed: string
}

export interface PutObjectRequest extends ObjectRequest {
  readonly contentType: string | undefined
  readonly bytes: Uint8Array | AsyncIterable<Uint8Array>
}

export type PassedObject = Pick<Extract<BinaryResult, { kind: 'found' }>, 'contentType' | 'bytes' | 'get'>

export interface BinaryWriteRequest extends Pick<UpdateRequest, 'ifMatch' | 'ifNoneMatch'> {
  /** undefined: a new Binary. */
  readonly id?: string
  readonly contentType: string
  /** As a stream where they may be many: it is read once. Whoever makes it holds it to a limit. */
  readonly bytes: Uint8Array | AsyncIterable<Uint8Array>
  /** What the SHA-256 of the bytes is to be, in base64: others are refused. */
  readonly sha256?: string
  /** A reference: who may see that resource may see the bytes. */
  readonly securityContext?: string
  /** Of a new one: the search of If-None-Exist. */
  readonly ifNoneExist?: string
}

export interface DeleteRequest {
  readonly type: string
  readonly id: string
  readonly ifMatch?: VersionMatch
  /** R4 provenance.html#header: written in the same commit, its target being the version that this writes. */
  readonly provenance?: JsonValue
}

export interface DeleteResult {
  /** The tombstone; undefined where there was nothing to delete. */
  readonly version: VersionAttributes | undefined
}

/** Name and value pairs as in a query string, decoded, in order, names with their modifiers (`name:exact`). */
export type Parameters = readonly (readonly [name: string, value: string])[]

export interface HistoryRequest {
  readonly type?: string
  readonly id?: string
  readonly parameters: Parameters
}

export interface HistoryResult {
  /** Newest first. Tombstones have no body: they come as attributes. */
  readonly versions: readonly (Revealed | (VersionAttributes & { readonly deleted: true; readonly body?: undefined }))[]
  /** Positions in versions of those that made the resource, or made it anew after a deletion. */
  readonly creations: ReadonlySet<number>
  readonly total: number | undefined
  /** The applied parameters, for the self link. */
  readonly self: Parameters
  /** Parameters of the next page. */
  readonly next: Parameters | undefined
}

export interface SearchRequest {
  /** undefined: all types, or those of `_type`. R4 http.html#search */
  readonly type?: string
  /** Only what is in this compartment. R4 search.html#compartment */
  readonly compartment?: { readonly type: string; readonly id: string }
  readonly parameters: Parameters
  /**
   * R4 search.html#errors: unknown parameters are refused, but under lenient handling, where they are ignored and
   * reported; those without a value are ignored and reported, but under strict handling.
   */
  readonly handling?: 'strict' | 'lenient'
  /** Cache-Control: no-cache. */
  readonly consistent?: boolean
}

export interface SearchResult {
  readonly matches: readonly Revealed[]
  readonly includes: readonly Revealed[]
  /** Warnings about ignored parameters and the like, for an outcome entry. */
  readonly issues: readonly Issue[]
  readonly total: number | undefined
  /** `_summary=count`: the Bundle has no entries. */
  readonly countOnly: boolean
  /** What was applied, in the order given. */
  readonly self: Parameters
  /** Parameters of the page, where defined. */
  readonly first: Parameters | undefined
  /** Given with pages behind the first; what was there may be gone by then. */
  readonly previous?: Parameters | undefined
  readonly next: Parameters | undefined
  /** Given where there is more than one page. */
  readonly last?: Parameters | undefined
}

export interface BundleRequest {
  readonly content: JsonValue
  /** What entries answer with: R4 http.html#ops `Prefer: return`. Default minimal. */
  readonly prefer?: 'minimal' | 'representation' | 'OperationOutcome'
  readonly once?: OnceRequest
}

export interface BundleResult {
  readonly type: 'transaction-response' | 'batch-response'
  /** The Bundle as JSON text in UTF-8, in pieces. */
  readonly body: readonly Uint8Array[]
}

export interface OperationRequest {
  /** Without '$'. */
  readonly name: string
  readonly type?: string
  readonly id?: string
  readonly versionId?: string
  /** A GET promises to change nothing. HEAD counts as one. */
  readonly method: 'GET' | 'POST'
  /** Of the URL. */
  readonly parameters: Parameters
  /** Body of a POST: a Parameters resource, or the one resource that the operation takes. Not validated. */
  readonly content?: JsonValue
}

export interface OperationResult {
  /** JSON of one resource in UTF-8, in pieces where there are several; undefined: there is nothing to say. */
  readonly body?: Uint8Array | readonly Uint8Array[]
  /** Which version was read or written, where the operation is about one. */
  readonly version?: VersionAttributes
}
