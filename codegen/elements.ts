import type { ElementTable, TypeTable } from '#schema/tables.ts'
import type { ElementDefinition, ElementType, StructureDefinition } from './definitions.ts'
import { parentOf } from './element-path.ts'

const structurePrefix = 'http://hl7.org/fhir/StructureDefinition/'
const systemTypePrefix = 'http://hl7.org/fhirpath/System.'

/** One table for each concrete resource type and data type, by name; primitive types need none. */
export function typeTables(structures: readonly StructureDefinition[]): ReadonlyMap<string, TypeTable> {
  const tables = structures.filter(hasTable).map(typeTable)
  return new Map(tables.map(table => [table.name, table]))
}

/**
 * Element, though abstract, is what `_birthDate` holds. BackboneElement has no use: each backbone is a component.
 */
const hasTable = ({ kind, abstract, name }: StructureDefinition): boolean =>
  kind !== 'primitive-type' && (!abstract || name === 'Element')

function typeTable(structure: StructureDefinition): TypeTable {
  const { name, kind } = structure
  const elements = structure.snapshot.element.filter(({ path }) => path !== name)
  const byParent = Map.groupBy(elements, ({ path }) => parentOf(path))
  const components = [...byParent].map(([path, members]) => {
    return [path, members.map(element => elementTable(element, byParent, structure))] as const
  })
  return { name, kind: kind === 'resource' ? 'resource' : 'complex-type', components: Object.fromEntries(components) }
}

function elementTable(
  element: ElementDefinition,
  parents: ReadonlyMap<string, unknown>,
  structure: StructureDefinition,
): ElementTable {
  const name = element.path.slice(element.path.lastIndexOf('.') + 1)
  const isChoice = name.endsWith('[x]')
  const targets = targetTypes(element.type ?? [])
  const { binding } = element
  return {
    name: isChoice ? name.slice(0, -3) : name,
    types: isResourceId(element, structure) ? ['id'] : typeCodes(element, parents),
    ...(isChoice ? { choice: true } : {}),
    ...(element.min === 0 ? {} : { min: element.min }),
    ...maxOf(element.max),
    ...(targets === undefined ? {} : { targets }),
    ...(binding?.strength === 'required' && binding.valueSet !== undefined
      ? { binding: withoutVersion(binding.valueSet) }
      : {}),
    ...(element.isSummary === true ? { summary: true } : {}),
    ...(element.isModifier === true ? { modifier: true } : {}),
    ...(element.representation?.includes('xmlAttr') ? { attribute: true } : {}),
  }
}

export const withoutVersion = (canonical: string): string => canonical.replace(/\|.*$/, '')

function maxOf(max: string): Pick<ElementTable, 'max'> {
  if (max === '1') return {}
  return { max: max === '*' ? '*' : Number(max) }
}

function typeCodes(element: ElementDefinition, parents: ReadonlyMap<string, unknown>): readonly string[] {
  if (element.contentReference !== undefined) return [element.contentReference.replace(/^#/, '')]
  if (parents.has(element.path)) return [element.path]
  return (element.type ?? []).map(typeCode)
}

/** The definitions say `string`; R4 resource.html#id says `id`. */
const isResourceId = ({ path }: ElementDefinition, { kind, name }: StructureDefinition): boolean =>
  kind === 'resource' && path === `${name}.id`

/** FHIRPath's system types stand for a FHIR type that an extension names. */
function typeCode({ code, extension }: ElementType): string {
  if (!code.startsWith(systemTypePrefix)) return code
  return extension?.find(isFhirType)?.valueUrl ?? 'string'
}

const isFhirType = ({ url }: { readonly url: string }): boolean => url.endsWith('structuredefinition-fhir-type')

/** Undefined where any resource type may be meant. */
function targetTypes(types: readonly ElementType[]): readonly string[] | undefined {
  const pointing = types.filter(({ code }) => code === 'Reference' || code === 'canonical')
  if (pointing.length === 0) return undefined
  const profiles = pointing.map(({ targetProfile }) => targetProfile ?? [])
  const names = profiles.flat().map(profile => withoutVersion(profile).replace(structurePrefix, ''))
  const isOpen = profiles.some(list => list.length === 0) || names.some(name => name === 'Resource')
  return isOpen ? undefined : [...new Set(names)]
}
