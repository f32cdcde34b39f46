/** An operation of R4 operations.html, declared once: doors, bundles, statement and its definition read the same. */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Parameters } from '../fhir-service.ts'
import type { VersionAttributes } from '../ports/stored-version.ts'
import type { JsonObject } from '../resource/content.ts'
import type { OperationInput } from './operation-input.ts'

/** Where it is called: `/$name`, `/Type/$name`, `/Type/id/$name`, `/Type/id/_history/versionId/$name`. */
export type OperationLevel = 'system' | 'type' | 'instance' | 'version'

export interface OperationDeclaration {
  /** Without '$'. */
  readonly name: string
  /** Logical id of its OperationDefinition: `Patient-everything`. */
  readonly id: string
  readonly title: string
  /** Markdown: what it does here, and what it leaves out of what its base says. */
  readonly description: string
  readonly levels: readonly OperationLevel[]
  /** For the levels below the system; `Resource`: every type. */
  readonly types: 'Resource' | readonly string[]
  /** One that does is no GET, and no part of a transaction, which could not undo it. */
  readonly affectsState: boolean
  /** Canonical URL of the definition that this one follows. */
  readonly base?: string
  /** It follows the base in full, so that the statement names that one: R4 capabilitystatement.html. */
  readonly conformsToBase?: true
  readonly parameters: readonly OperationParameter[]
  /** Besides its own it takes the search parameters of its type, as criteria. */
  readonly takesCriteria?: true
}

export interface OperationParameter extends ParameterPart {
  readonly use: 'in' | 'out'
}

export interface ParameterPart {
  readonly name: string
  readonly min: number
  readonly max: number | '*'
  /** A primitive or complex data type, a resource type, or `Resource`; none where it has parts. */
  readonly type?: string
  readonly documentation: string
  readonly parts?: readonly ParameterPart[]
}

export interface Operation extends OperationDeclaration {
  /** Loaded when it is first asked for. undefined: the door serves it by itself, as it does $graphql. */
  readonly load: (() => Promise<OperationRunner>) | undefined
}

/** Access to resources is the runner's to ask for; that the caller may use operations of the type has been asked. */
export type OperationRunner = (
  context: ServiceContext,
  call: Call,
  invocation: OperationInvocation,
) => Promise<OperationAnswer>

export interface OperationInvocation {
  readonly operation: OperationDeclaration
  /** Known to R4, and one of the operation's types. */
  readonly type?: string
  /** Has the form of an id. */
  readonly id?: string
  readonly versionId?: string
  /** Checked against the declaration. */
  readonly input: OperationInput
  /** What was asked, below the base: `Patient/1/$everything`; for links to other pages. */
  readonly path: string
  /** Parameters of the URL as given, for links to other pages. */
  readonly parameters: Parameters
}

/** What the out parameters come to. R4 operations.html#response */
export type OperationAnswer =
  /** The one out parameter `return` that is a resource: JSON text in UTF-8, in pieces. */
  | {
      readonly kind: 'resource'
      readonly body: Uint8Array | readonly Uint8Array[]
      readonly version?: VersionAttributes
    }
  /** `Parameters.parameter` */
  | { readonly kind: 'parameters'; readonly parameters: readonly JsonObject[]; readonly version?: VersionAttributes }
  | { readonly kind: 'nothing' }
