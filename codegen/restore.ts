import type { Definitions, ElementDefinition, SearchParameter, StructureDefinition } from './definitions.ts'
import type { Report } from './diagnostics.ts'
import { parentOf } from './element-path.ts'

/**
 * The package takes liberties: it adds elements and search parameters of its own or of later releases (Meta.project,
 * half of R5's ResearchStudy) and takes some of R4 away (EvidenceVariable). HL7's data elements, one definition for
 * each element that has a data type, are in it untouched, as is HL7's list of search parameters: with these as
 * witnesses this module makes the definitions R4 4.0.1 again.
 */
export function restoreR4(definitions: Definitions, report: Report): Definitions {
  const witness = witnessOf(definitions.dataElements)
  return {
    ...definitions,
    structures: definitions.structures.filter(isR4Type).map(structure => restoreStructure(structure, witness, report)),
    searchParameters: definitions.searchParameters.flatMap(parameter =>
      restoreParameter(parameter, definitions.searchCodes, report),
    ),
  }
}

/** SubscriptionStatus (4.3) is there too; MetadataResource is a pattern, not a type; profiles add no type. */
const isR4Type = ({ kind, derivation, fhirVersion }: StructureDefinition): boolean =>
  kind !== 'logical' && derivation !== 'constraint' && fhirVersion === '4.0.1'

interface Witness {
  readonly byPath: ReadonlyMap<string, ElementDefinition>
  /** Every path above a witnessed one: the backbones. */
  readonly parents: ReadonlySet<string>
}

function witnessOf(elements: readonly ElementDefinition[]): Witness {
  const byPath = new Map<string, ElementDefinition>()
  const parents = new Set<string>()
  for (const element of elements) {
    // Profiles of Quantity are listed under its name after it, with narrower rules: the first is the type's own.
    if (element.max === '0' || byPath.has(element.path)) continue
    byPath.set(element.path, element)
    for (let path = parentOf(element.path); path !== ''; path = parentOf(path)) parents.add(path)
  }
  return { byPath, parents }
}

/** Ids end at 64 characters (R4 datatypes.html#id), and `de-` comes first: longer paths have no data element. */
const witnessedPathLengthMax = 61

function restoreStructure(structure: StructureDefinition, witness: Witness, report: Report): StructureDefinition {
  const kept = new Set<string>()
  const elements: ElementDefinition[] = []
  for (const element of structure.snapshot.element) {
    const { path } = element
    if (!isInR4(structure, element, witness, kept)) {
      if (kept.has(parentOf(path)))
        report({ severity: 'information', code: 'not-r4', subject: path, message: 'dropped' })
      continue
    }
    kept.add(path)
    elements.push(restoreElement(element, witness.byPath.get(path), report))
  }
  return { ...structure, snapshot: { element: withMissing(structure.name, elements, kept, witness, report) } }
}

function isInR4(
  structure: StructureDefinition,
  { path, base, contentReference }: ElementDefinition,
  witness: Witness,
  kept: ReadonlySet<string>,
): boolean {
  if (path === structure.name) return true
  if (!kept.has(parentOf(path))) return false
  const isInherited = base !== undefined && !base.path.startsWith(`${structure.name}.`)
  if (isInherited || structure.kind === 'primitive-type') return true
  if (witness.byPath.has(path) || witness.parents.has(path)) return true
  return contentReference !== undefined || `${path}.id`.length > witnessedPathLengthMax
}

/** Backbones have no data element; this one had its least number changed. */
const backboneMinimums: ReadonlyMap<string, number> = new Map([['EvidenceVariable.characteristic', 1]])

function restoreElement(
  element: ElementDefinition,
  original: ElementDefinition | undefined,
  report: Report,
): ElementDefinition {
  const min = backboneMinimums.get(element.path)
  if (min !== undefined && min !== element.min) {
    report({ severity: 'information', code: 'restored', subject: element.path, message: `has at least ${min}` })
    return { ...element, min }
  }
  if (original === undefined || facets(element) === facets(original)) return element
  report({ severity: 'information', code: 'restored', subject: element.path, message: `is ${facets(original)}` })
  return { ...original, base: element.base ?? { path: element.path } }
}

const facets = ({ min, max, isSummary, isModifier, type, binding, contentReference }: ElementDefinition): string =>
  JSON.stringify({
    min,
    max,
    isSummary: isSummary === true,
    isModifier: isModifier === true,
    type: (type ?? []).map(({ code, targetProfile }) => [code, ...(targetProfile ?? [])]),
    binding: binding?.strength === 'required' ? binding.valueSet : undefined,
    contentReference,
  })

/** Puts each R4 element that the package left out behind the one that comes before it in HL7's order. */
function withMissing(
  name: string,
  elements: readonly ElementDefinition[],
  kept: ReadonlySet<string>,
  witness: Witness,
  report: Report,
): readonly ElementDefinition[] {
  const result = [...elements]
  let before = ''
  for (const [path, original] of witness.byPath) {
    if (!path.startsWith(`${name}.`)) continue
    const isMissing = !kept.has(path) && kept.has(parentOf(path))
    if (isMissing && before !== '') {
      const position = result.findLastIndex(element => `${element.path}.`.startsWith(`${before}.`))
      result.splice(position + 1, 0, original)
      report({ severity: 'information', code: 'restored', subject: path, message: 'was missing' })
    }
    before = path
  }
  return result
}

const sharedBases = new Set(['Resource', 'DomainResource'])

/** Keeps the base types for which HL7 lists the parameter. */
function restoreParameter(
  parameter: SearchParameter,
  searchCodes: Definitions['searchCodes'],
  report: Report,
): readonly SearchParameter[] {
  const base = parameter.base.filter(type => sharedBases.has(type) || searchCodes.get(type)?.has(parameter.code))
  for (const type of parameter.base) {
    if (base.includes(type)) continue
    report({ severity: 'information', code: 'not-r4', subject: `${type}.${parameter.code}`, message: 'dropped' })
  }
  return base.length === 0 ? [] : [{ ...parameter, base }]
}
