/** The parts of HL7's definition resources that codegen reads (R4 structuredefinition.html and its neighbours). */

export interface ElementType {
  readonly code: string
  readonly targetProfile?: readonly string[]
  readonly extension?: readonly { readonly url: string; readonly valueUrl?: string }[]
}

export interface ElementDefinition {
  readonly path: string
  readonly short?: string
  readonly definition?: string
  readonly min: number
  readonly max: string
  readonly base?: { readonly path: string }
  readonly contentReference?: string
  readonly type?: readonly ElementType[]
  readonly representation?: readonly string[]
  readonly isModifier?: boolean
  readonly isSummary?: boolean
  readonly binding?: { readonly strength: string; readonly valueSet?: string }
}

export interface StructureDefinition {
  readonly resourceType: 'StructureDefinition'
  readonly url: string
  readonly name: string
  readonly type: string
  readonly kind: 'primitive-type' | 'complex-type' | 'resource' | 'logical'
  readonly abstract: boolean
  readonly derivation?: 'specialization' | 'constraint'
  readonly fhirVersion?: string
  readonly snapshot: { readonly element: readonly ElementDefinition[] }
}

export interface SearchParameter {
  readonly resourceType: 'SearchParameter'
  readonly url: string
  readonly code: string
  readonly base: readonly string[]
  readonly type: string
  readonly expression?: string
  readonly target?: readonly string[]
  readonly component?: readonly { readonly definition: string; readonly expression: string }[]
}

export interface CompartmentDefinition {
  readonly resourceType: 'CompartmentDefinition'
  readonly code: string
  readonly resource: readonly { readonly code: string; readonly param?: readonly string[] }[]
}

/** Only the list of search parameters of each type is of use: HL7's own count of what R4 has. */
export interface CapabilityStatement {
  readonly resourceType: 'CapabilityStatement'
  readonly id: string
  readonly rest: readonly {
    readonly resource: readonly { readonly type: string; readonly searchParam?: readonly { readonly name: string }[] }[]
  }[]
}

export interface Concept {
  readonly code: string
  readonly property?: readonly { readonly code: string; readonly valueCode?: string }[]
  readonly concept?: readonly Concept[]
}

export interface CodeSystem {
  readonly resourceType: 'CodeSystem'
  readonly url: string
  readonly content: string
  readonly concept?: readonly Concept[]
}

export interface ValueSetSelection {
  readonly system?: string
  readonly concept?: readonly { readonly code: string }[]
  readonly filter?: readonly { readonly property: string; readonly op: string; readonly value: string }[]
  readonly valueSet?: readonly string[]
}

export interface ValueSet {
  readonly resourceType: 'ValueSet'
  readonly url: string
  readonly compose?: { readonly include: readonly ValueSetSelection[]; readonly exclude?: readonly ValueSetSelection[] }
}

export type DefinitionResource =
  | StructureDefinition
  | SearchParameter
  | CompartmentDefinition
  | CapabilityStatement
  | CodeSystem
  | ValueSet

/** Everything that the generator works from, as loaded. */
export interface Definitions {
  readonly structures: readonly StructureDefinition[]
  /** HL7's definition of each element with a data type, one by one: the witness of what R4 4.0.1 really has. */
  readonly dataElements: readonly ElementDefinition[]
  readonly searchParameters: readonly SearchParameter[]
  readonly compartments: readonly CompartmentDefinition[]
  /** By resource type, the codes that HL7's base CapabilityStatement lists. */
  readonly searchCodes: ReadonlyMap<string, ReadonlySet<string>>
  readonly codeSystems: readonly CodeSystem[]
  readonly valueSets: readonly ValueSet[]
}
