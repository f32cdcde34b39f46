/**
 * The shapes of the tables in schema/generated: what codegen writes and service/definitions.ts reads.
 * One JSON file per type, so that a process pays for the types it serves and for no other.
 */

/** schema/generated/elements/<Type>.json, for each of the 146 resource types and the complex data types. */
export interface TypeTable {
  readonly name: string
  readonly kind: 'resource' | 'complex-type'
  /**
   * The elements of the type itself and of each backbone inside it, by path: `Patient`, `Patient.contact`.
   * Inherited elements are included; the order is that of the specification (XML needs it).
   */
  readonly components: Readonly<Record<string, readonly ElementTable[]>>
}

export interface ElementTable {
  /** The name in the definition without `[x]`: `birthDate`, `value`. */
  readonly name: string
  /**
   * FHIR type codes (`string`, `Reference`, `CodeableConcept`). A backbone or a content reference names the component's
   * path instead, recognisable by its dot: `Patient.contact`. `Resource` stands for any resource (contained, Bundle
   * entries). `xhtml` is Narrative.div.
   */
  readonly types: readonly string[]
  /** True for `value[x]`: the JSON name is name + capitalised type, one of them at the most. */
  readonly choice?: true
  /** Least number of repetitions where it is not 0. */
  readonly min?: number
  /** Greatest number of repetitions: absent is 1, `*` unbounded. */
  readonly max?: number | '*'
  /** Reference and canonical: resource types that may be the target; absent where any may. */
  readonly targets?: readonly string[]
  /** Canonical URL (no version) of the value set of a required binding, a key of value-sets.json. */
  readonly binding?: string
  /** Part of the `_summary=true` view. */
  readonly summary?: true
  readonly modifier?: true
  /** Written as an XML attribute (`id` of elements, `Extension.url`). */
  readonly attribute?: true
}

/** schema/generated/search-parameters/<Type>.json; Resource.json and DomainResource.json hold what all types share. */
export type SearchParameterFile = readonly SearchParameterTable[]

export type SearchParameterType =
  | 'string'
  | 'token'
  | 'reference'
  | 'date'
  | 'number'
  | 'quantity'
  | 'uri'
  | 'composite'
  | 'special'

export interface SearchParameterTable {
  readonly code: string
  /** Canonical URL of the definition. */
  readonly url: string
  readonly type: SearchParameterType
  /**
   * Alternatives: the parameter's values are those of all of them together. Empty only for what needs no extraction.
   */
  readonly paths: readonly ExtractionPath[]
  /** Reference parameters: the resource types that a value may point to. */
  readonly targets?: readonly string[]
  /** Composite parameters: each component's code and type, and its paths below each element that `paths` selects. */
  readonly components?: readonly CompositeComponentTable[]
}

export interface CompositeComponentTable {
  readonly code: string
  readonly url: string
  readonly type: SearchParameterType
  readonly paths: readonly ExtractionPath[]
}

/** One way from a resource to values, all of one FHIR data type that is known when the table is made. */
export interface ExtractionPath {
  readonly steps: readonly ExtractionStep[]
  /** FHIR type of what the steps end at: `CodeableConcept`, `date`, `Reference`, `boolean`, `Patient.contact` ... */
  readonly type: string
}

/** A string goes to the JSON property of that name (arrays are flattened); an object keeps or changes what is there. */
export type ExtractionStep =
  | string
  /** Keep elements whose property, at the end of the dotted path, is (or contains) the string. */
  | { readonly where: readonly [path: string, value: string] }
  /** Keep the element at this position. */
  | { readonly index: number }
  /** Keep References whose target is one of these types, judged by the reference's text or its `type`. */
  | { readonly resolvesTo: readonly string[] }
  /** Keep resources (contained, Bundle.entry.resource) of this type. */
  | { readonly resourceType: string }
  /**
   * One boolean: has any of these JSON properties a value, `false` not counting as one. Always exactly one result.
   * (Patient.deceased: `deceasedBoolean`, `deceasedDateTime`)
   */
  | { readonly existsAndNotFalse: readonly string[] }
  /** Start again from the whole resource; only the first step of a composite's component. (MolecularSequence) */
  | { readonly resource: true }

/** schema/generated/value-sets.json: the value sets of required bindings. */
export type ValueSetFile = Readonly<Record<string, ValueSetTable>>

export interface ValueSetTable {
  /** Codes by code system URL. */
  readonly codes: Readonly<Record<string, readonly string[]>>
  /** True where the set can't be listed (languages, media types, currencies by grammar): any code may be a member. */
  readonly open?: true
}

/**
 * schema/generated/code-hierarchies.json: by URL of each code system that R4 gives in full, the codes directly below a
 * code.
 */
export type CodeHierarchyFile = Readonly<Record<string, CodeHierarchyTable>>
export type CodeHierarchyTable = Readonly<Record<string, readonly string[]>>

/** schema/generated/compartments.json: by compartment type, by resource type, the codes of the linking parameters. */
export type CompartmentFile = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

/** schema/generated/manifest.json: small and always loaded. */
export interface Manifest {
  readonly fhirVersion: string
  /** The 146 resource types, sorted. */
  readonly resourceTypes: readonly string[]
  /** Complex data types that have an element table, sorted. */
  readonly complexTypes: readonly string[]
  /** Base R4 search parameters that codegen could not compile, with the reason. May only shrink. */
  readonly uncompiled: readonly { readonly url: string; readonly type: string; readonly reason: string }[]
  /**
   * GraphQL reverse fields (ConditionList inside a Patient): by target type, by source type, the codes of the reference
   * parameters. References to (almost) any type are left out; see docs/implementation/graphql.md.
   */
  readonly reverse: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}
