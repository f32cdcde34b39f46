import type { TypeTable, ValueSetFile, ValueSetTable } from '#schema/tables.ts'
import { compareText } from './compare-text.ts'
import type { CodeSystem, Concept, ValueSet, ValueSetSelection } from './definitions.ts'
import type { Report } from './diagnostics.ts'
import { withoutVersion } from './elements.ts'

/** The value sets that required bindings name, expanded. */
export function expandBoundValueSets(
  types: Iterable<TypeTable>,
  { valueSets, codeSystems }: { readonly valueSets: readonly ValueSet[]; readonly codeSystems: readonly CodeSystem[] },
  report: Report,
): ValueSetFile {
  const terminology: Terminology = {
    valueSets: new Map(valueSets.map(valueSet => [valueSet.url, valueSet])),
    codeSystems: new Map(codeSystems.map(codeSystem => [codeSystem.url, codeSystem])),
  }
  const file: Record<string, ValueSetTable> = {}
  for (const url of boundValueSets(types)) {
    const expansion = expandValueSet(url, terminology, new Set())
    if (expansion.open !== undefined) {
      report({ severity: 'information', code: 'value-set-open', subject: url, message: expansion.open })
    }
    file[url] = tableOf(expansion)
  }
  return file
}

function boundValueSets(types: Iterable<TypeTable>): readonly string[] {
  const urls = new Set<string>()
  for (const { components } of types) {
    for (const { binding } of Object.values(components).flat()) if (binding !== undefined) urls.add(binding)
  }
  return [...urls].sort(compareText)
}

export interface Terminology {
  readonly valueSets: ReadonlyMap<string, ValueSet>
  readonly codeSystems: ReadonlyMap<string, CodeSystem>
}

export interface Expansion {
  /** Codes by code system. */
  readonly codes: ReadonlyMap<string, ReadonlySet<string>>
  /** Why the set cannot be listed; absent where `codes` is all of it. */
  readonly open?: string
}

const nothing: Expansion = { codes: new Map() }

function tableOf({ codes, open }: Expansion): ValueSetTable {
  const systems = [...codes].filter(([, members]) => members.size > 0).sort(([a], [b]) => compareText(a, b))
  const listed = Object.fromEntries(systems.map(([system, members]) => [system, [...members]]))
  return open === undefined ? { codes: listed } : { codes: listed, open: true }
}

/** R4 valueset.html#compositions: the union of the includes without the excludes. */
export function expandValueSet(url: string, terminology: Terminology, above: ReadonlySet<string>): Expansion {
  const compose = terminology.valueSets.get(withoutVersion(url))?.compose
  if (compose === undefined) return { ...nothing, open: `${url} has no content here` }
  if (above.has(url)) return { ...nothing, open: `${url} includes itself` }
  const inside = new Set([...above, url])
  const included = compose.include.map(selection => expandSelection(selection, terminology, inside))
  const excluded = (compose.exclude ?? []).map(selection => expandSelection(selection, terminology, inside))
  return excluded.reduce(subtract, included.reduce(unite, nothing))
}

/** What is in each of the parts of one include: of its system's selection and of every value set that it names. */
function expandSelection(
  selection: ValueSetSelection,
  terminology: Terminology,
  above: ReadonlySet<string>,
): Expansion {
  const imported = (selection.valueSet ?? []).map(url => expandValueSet(url, terminology, above))
  const selected = selection.system === undefined ? [] : [selectCodes(selection.system, selection, terminology)]
  const [first = nothing, ...rest] = [...selected, ...imported]
  return rest.reduce(intersect, first)
}

function selectCodes(system: string, { concept, filter }: ValueSetSelection, { codeSystems }: Terminology): Expansion {
  if (concept !== undefined) return { codes: new Map([[system, new Set(concept.map(({ code }) => code))]]) }
  const codeSystem = codeSystems.get(system)
  if (codeSystem?.content !== 'complete') return { ...nothing, open: `the codes of ${system} are not listed` }
  let codes: ReadonlySet<string> = new Set(flatten(codeSystem.concept ?? []).map(({ code }) => code))
  for (const { property, op, value } of filter ?? []) {
    const isHierarchy = property === 'concept' && (op === 'is-a' || op === 'descendent-of')
    if (!isHierarchy) return { ...nothing, open: `the filter ${property} ${op} ${value} is not resolved` }
    codes = codes.intersection(descendantsOf(codeSystem, value, op === 'is-a'))
  }
  return { codes: new Map([[system, codes]]) }
}

const flatten = (concepts: readonly Concept[]): readonly Concept[] =>
  concepts.flatMap(concept => [concept, ...flatten(concept.concept ?? [])])

/** Hierarchy comes as nested concepts or, in HL7's version 3 systems, as properties that name the parents. */
function descendantsOf({ concept = [] }: CodeSystem, root: string, includesRoot: boolean): ReadonlySet<string> {
  const found = new Set([root])
  const all = flatten(concept)
  for (let sizeBefore = 0; sizeBefore !== found.size; ) {
    sizeBefore = found.size
    for (const parent of all) {
      if (found.has(parent.code)) for (const child of parent.concept ?? []) found.add(child.code)
      if (parentsOf(parent).some(code => found.has(code))) found.add(parent.code)
    }
  }
  if (!includesRoot) found.delete(root)
  return found
}

const parentsOf = ({ property = [] }: Concept): readonly string[] =>
  property.flatMap(({ code, valueCode }) =>
    (code === 'subsumedBy' || code === 'parent') && valueCode !== undefined ? [valueCode] : [],
  )

function unite(a: Expansion, b: Expansion): Expansion {
  const codes = new Map(a.codes)
  for (const [system, members] of b.codes) codes.set(system, members.union(codes.get(system) ?? new Set<string>()))
  return withOpenness(codes, a.open ?? b.open)
}

/** A part that cannot be listed leaves in all of the other one, for any of it may be a member. */
function intersect(a: Expansion, b: Expansion): Expansion {
  if (a.open !== undefined || b.open !== undefined) return { ...unite(a, b), open: a.open ?? b.open ?? '' }
  const codes = [...a.codes].map(([system, members]) => {
    return [system, members.intersection(b.codes.get(system) ?? new Set<string>())] as const
  })
  return { codes: new Map(codes) }
}

function subtract(a: Expansion, b: Expansion): Expansion {
  const codes = [...a.codes].map(([system, members]) => {
    return [system, members.difference(b.codes.get(system) ?? new Set<string>())] as const
  })
  return withOpenness(new Map(codes), a.open ?? b.open)
}

const withOpenness = (codes: Expansion['codes'], open: string | undefined): Expansion =>
  open === undefined ? { codes } : { codes, open }
