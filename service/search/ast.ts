/**
 * A search as frozen data. One meaning (service/search/evaluate.ts), compiled by each engine's adapter. A node kind
 * that a compiler doesn't handle must fail the build: use a table typed over NodeKind.
 *
 * A node on a parameter holds where some one value of the parameter satisfies all of it; so `ne` holds where some
 * value differs, and only `not` means that none does. A parameter without values satisfies no such node but
 * `missing`.
 */
import type { SearchParameterType } from '#schema/tables.ts'
import type { WordPlace } from './document.ts'

/** A resolved search parameter of one resource type. Engines key values by type and url. */
export interface ParameterReference {
  /**
   * Resource type that is searched: `Patient` also for parameters that all types share. `#Patient`: contained ones.
   */
  readonly resourceType: string
  readonly code: string
  /** Canonical URL of the definition. */
  readonly url: string
  readonly kind: SearchParameterType
  /** Made by derived-parameter.ts: a string is asked for by its start alone, and nothing is sorted by it. */
  readonly derived?: boolean
}

export interface Query {
  readonly type: string
  readonly where: Node
}

declare const scopedBrand: unique symbol

/** A query that service/access has rewritten, at its root and in every join below, to what the caller may see. */
export type ScopedQuery = Query & { readonly [scopedBrand]: true }

export type Comparator = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap'

export type Node =
  | EverythingNode
  | NothingNode
  | AndNode
  | OrNode
  | NotNode
  | IdNode
  | CompartmentNode
  | MissingNode
  | TokenNode
  | TokensNode
  | StringNode
  | ReferenceNode
  | UriNode
  | DateNode
  | NumberNode
  | QuantityNode
  | NearNode
  | CompositeNode
  | ChainNode
  | HasNode
  | DiffersNode
  | WordsNode

export type NodeKind = Node['kind']

export interface EverythingNode {
  readonly kind: 'everything'
}

export interface NothingNode {
  readonly kind: 'nothing'
}

/** Of no nodes: everything. */
export interface AndNode {
  readonly kind: 'and'
  readonly nodes: readonly Node[]
}

/** Of no nodes: nothing. May hold thousands (`identifier=a,b,c ...`), most often of one parameter. */
export interface OrNode {
  readonly kind: 'or'
  readonly nodes: readonly Node[]
}

export interface NotNode {
  readonly kind: 'not'
  readonly node: Node
}

/** The logical id is one of these. */
export interface IdNode {
  readonly kind: 'id'
  readonly ids: readonly string[]
}

/** The resource is in this compartment: `Patient/1`. */
export interface CompartmentNode {
  readonly kind: 'compartment'
  readonly compartment: string
}

/** missing: no value of the parameter; else at least one. */
export interface MissingNode {
  readonly kind: 'missing'
  readonly parameter: ParameterReference
  readonly missing: boolean
}

/** Some value has this system and code. */
export interface TokenNode {
  readonly kind: 'token'
  readonly parameter: ParameterReference
  /**
   * undefined: any system or none; '': without a system (`|code`). Elements of type code have that of their binding.
   */
  readonly system: string | undefined
  /** undefined: any code of the system (`system|`). Case-sensitive. */
  readonly code: string | undefined
}

/** Some value is one of these: a value set or a branch of a hierarchy, of thousands of codes. */
export interface TokensNode {
  readonly kind: 'tokens'
  readonly parameter: ParameterReference
  readonly tokens: readonly SystemAndCode[]
}

export interface SystemAndCode {
  /** '': without a system. */
  readonly system: string
  readonly code: string
}

export interface StringNode {
  readonly kind: 'string'
  readonly parameter: ParameterReference
  /** exact compares the text as it is, the others normalized text (normalize.ts). */
  readonly mode: 'starts' | 'contains' | 'exact' | 'equals' | 'ends'
  /** Already normalized, but for exact. */
  readonly value: string
}

/** Some reference points there. Exactly one of id and url is given. */
export interface ReferenceNode {
  readonly kind: 'reference'
  readonly parameter: ParameterReference
  /** Type of a local target; undefined with an id: a target of any type that has the id. */
  readonly type: string | undefined
  readonly id: string | undefined
  /** Absolute URL of a target elsewhere, or a canonical URL without its version. */
  readonly url: string | undefined
  /** Version of a versioned reference or canonical; undefined: any. */
  readonly version: string | undefined
}

export interface UriNode {
  readonly kind: 'uri'
  readonly parameter: ParameterReference
  /** exact: the same text. below: that URI or one that goes on behind it and a '/'. above: the other way round. */
  readonly mode: 'exact' | 'below' | 'above'
  readonly value: string
}

/**
 * Compares the range of the searched date with the range of some value. R4 search.html#date. Milliseconds since the
 * epoch; low inclusive, high exclusive; `ap` has its range widened by the parser and means overlap. eq: the searched
 * range contains the value's; gt: the value's range reaches past its high end; ge: gt or eq; sa: the value's range
 * starts at its high end or later; lt, le and eb mirror them.
 */
export interface DateNode {
  readonly kind: 'date'
  readonly parameter: ParameterReference
  readonly comparator: Comparator
  readonly low: number
  readonly high: number
}

/**
 * R4 search.html#number. `value` is the number as written; low (inclusive) and high (exclusive) the range that its
 * precision implies, used by eq and ne; for `ap` the widened range, both ends inclusive. The others compare with
 * `value` alone: gt and ge the high end of what is found, lt and le the low end, sa the low end, eb the high end.
 */
export interface NumberNode {
  readonly kind: 'number'
  readonly parameter: ParameterReference
  readonly comparator: Comparator
  readonly value: number
  readonly low: number
  readonly high: number
}

/** As NumberNode, for values of this unit. R4 search.html#quantity */
export interface QuantityNode {
  readonly kind: 'quantity'
  readonly parameter: ParameterReference
  readonly comparator: Comparator
  readonly value: number
  readonly low: number
  readonly high: number
  /** undefined: any. */
  readonly system: string | undefined
  /** With a system: the code. Without: the code or the unit as text. undefined: any. */
  readonly code: string | undefined
}

/** Some position is not further away than this on a sphere of Earth's mean radius. R4 location.html#positional */
export interface NearNode {
  readonly kind: 'near'
  readonly parameter: ParameterReference
  /** Degrees: -90 to 90, -180 to 180. */
  readonly latitude: number
  readonly longitude: number
  readonly distanceMeters: number
}

/**
 * Some one element satisfies all components, the first of these nodes being about its first component and so on;
 * undefined is satisfied by whatever there is. A component is satisfied by some one value of it.
 */
export interface CompositeNode {
  readonly kind: 'composite'
  readonly parameter: ParameterReference
  readonly components: readonly (ComponentNode | undefined)[]
}

export type ComponentNode = TokenNode | StringNode | ReferenceNode | UriNode | DateNode | NumberNode | QuantityNode

/**
 * Some local target of the parameter, of the query's type, satisfies the query in its newest version, whichever version
 * the reference names; or some contained one satisfies what `inContained` makes of the query. R4 search.html#contained
 */
export interface ChainNode {
  readonly kind: 'chain'
  readonly parameter: ParameterReference
  readonly query: Query
}

/**
 * Some resource of the query's type has a local reference to this one, of any version, with the parameter (which is
 * that type's) and satisfies the query.
 */
export interface HasNode {
  readonly kind: 'has'
  readonly parameter: ParameterReference
  readonly query: Query
}

/**
 * Some value of the parameter does not match: `ne` of R4 search_filter.html. A reference names no version here, a
 * string is compared by equals, a uri by exact.
 */
export interface DiffersNode {
  readonly kind: 'differs'
  readonly node: TokenNode | StringNode | ReferenceNode | UriNode
}

/** Each of these words, made by words.ts, is in the narrative or anywhere in the resource. */
export interface WordsNode {
  readonly kind: 'words'
  readonly within: WordPlace
  readonly words: readonly string[]
}

export interface SortKey {
  readonly parameter: ParameterReference
  readonly descending: boolean
  /** Where the parameter is not that of the resource, but of what it refers to. */
  readonly through?: SortHop
}

/** Sorted by the values of those targets of a reference parameter that satisfy the query; scoped as every query is. */
export interface SortHop {
  readonly parameter: ParameterReference
  readonly query: Query
}
