/** From a value set to its codes. R4 valueset.html#compositions */
import { Fault, fault, withIssues } from '../fault.ts'
import type { JsonObject } from '../resource/content.ts'
import { ancestryOf, branchOf, conceptsOf, hierarchyOf, objectsIn } from './code-hierarchy.ts'
import { type CodeSet, codesOf, difference, EMPTY, everyCode, intersection, limited, union } from './code-set.ts'
import type { TerminologySource } from './source.ts'

/** Value sets that name value sets that name ... */
const DEPTH_MAX = 10

/**
 * @throws Fault not-found, unsupported or too-costly, the sentence of which goes on behind the value set's name.
 */
export async function expandValueSet(
  source: TerminologySource,
  reference: string,
  above: readonly string[] = [],
): Promise<CodeSet> {
  if (above.includes(reference)) throw unresolved('includes itself')
  if (above.length >= DEPTH_MAX) throw fault('too-costly', `names value sets more than ${DEPTH_MAX} deep`)
  const stored = await source.valueSet(reference)
  if (stored) return expandStored(source, stored, [...above, reference])
  const known = source.baseValueSet(reference)
  if (!known) throw fault('not-found', notFound)
  if (known.open) throw unresolved("is one of R4's own that can't be listed")
  return new Map(Object.entries(known.codes).map(([system, codes]) => [system, new Set(codes)]))
}

const notFound = "is no value set that is stored here, nor one that R4's required bindings name"

const unresolved = (reason: string) => fault('unsupported', reason, { code: 'not-supported' })

async function expandStored(
  source: TerminologySource,
  valueSet: JsonObject,
  path: readonly string[],
): Promise<CodeSet> {
  const expansion = valueSet.expansion as JsonObject | undefined
  if (expansion && isWhole(expansion)) return expanded(expansion)
  const compose = valueSet.compose as JsonObject | undefined
  const includes = objectsIn(compose?.include)
  if (includes.length === 0) throw unresolved('has neither an expansion nor anything that it includes')
  let included: CodeSet = EMPTY
  for (const include of includes) included = union(included, await select(source, include, path))
  for (const exclude of objectsIn(compose?.exclude)) {
    const left = difference(included, await select(source, exclude, path))
    included = left ?? difference(await listed(source, included), await select(source, exclude, path)) ?? EMPTY
  }
  return limited(included)
}

/** A part of an expansion would leave members out. */
function isWhole({ offset, total, contains }: JsonObject): boolean {
  if (typeof offset === 'number' && offset > 0) return false
  return typeof total !== 'number' || total <= nestedIn(objectsIn(contains)).length
}

function nestedIn(roots: readonly JsonObject[]): readonly JsonObject[] {
  const found = [...roots]
  // Grows while it is walked.
  for (const { contains } of found) found.push(...objectsIn(contains))
  return found
}

function expanded({ contains }: JsonObject): CodeSet {
  const sets = new Map<string, Set<string>>()
  for (const { system, code, abstract } of nestedIn(objectsIn(contains))) {
    if (typeof code !== 'string' || abstract === true) continue
    const name = typeof system === 'string' ? system : ''
    const codes = sets.get(name) ?? new Set<string>()
    sets.set(name, codes.add(code))
  }
  return limited(sets)
}

/** What is in each part of one include: in its system's selection and in every value set that it names. */
async function select(source: TerminologySource, include: JsonObject, path: readonly string[]): Promise<CodeSet> {
  const { system, valueSet } = include
  const parts: CodeSet[] = []
  if (typeof system === 'string') parts.push(await selectCodes(source, system, include))
  for (const reference of Array.isArray(valueSet) ? valueSet : []) {
    if (typeof reference === 'string') parts.push(await expandNested(source, reference, path))
  }
  const [first = EMPTY, ...rest] = parts
  return rest.reduce(intersection, first)
}

async function expandNested(source: TerminologySource, reference: string, path: readonly string[]): Promise<CodeSet> {
  try {
    return await expandValueSet(source, reference, path)
  } catch (error) {
    if (!Fault.is(error)) throw error
    const issues = error.issues.map(issue => ({
      ...issue,
      diagnostics: `names the value set ${reference}, which ${issue.diagnostics}`,
    }))
    throw withIssues(error, issues)
  }
}

async function selectCodes(source: TerminologySource, system: string, include: JsonObject): Promise<CodeSet> {
  const concepts = objectsIn(include.concept)
  if (concepts.length > 0)
    return codesOf(
      system,
      concepts.flatMap(({ code }) => (typeof code === 'string' ? code : [])),
    )
  let selected: CodeSet = everyCode(system)
  for (const filter of objectsIn(include.filter)) {
    selected = intersection(selected, codesOf(system, await filtered(source, system, filter)))
  }
  return selected
}

async function filtered(source: TerminologySource, system: string, filter: JsonObject): Promise<Iterable<string>> {
  const { property, op, value } = filter
  if (typeof value !== 'string') throw unresolved('has a filter without a value')
  const stored = await source.codeSystem(system)
  const hierarchy = await source.hierarchy(system)
  const missing = `has a filter on ${system}, a code system that is neither stored here nor one of R4's own`
  if (!hierarchy) throw unresolved(missing)
  if (property === 'concept' || property === 'code') {
    switch (op) {
      case 'is-a':
        return branchOf(hierarchy, value)
      case 'descendent-of':
        return branchOf(hierarchy, value).difference(new Set([value]))
      case 'generalizes':
        return ancestryOf(hierarchy, value)
      case 'is-not-a':
        if (stored) return hierarchy.codes.difference(branchOf(hierarchy, value))
        break
      case '=':
        return [value]
      case 'in':
        return value.split(',').map(each => each.trim())
    }
  }
  if (stored && op === '=') return codesWith(stored, String(property), value)
  throw unresolved(`has the filter '${String(property)} ${String(op)} ${value}', which is not supported`)
}

/** R4 codesystem.html#properties */
const codesWith = (codeSystem: JsonObject, property: string, value: string): readonly string[] =>
  conceptsOf(codeSystem).flatMap(({ concept }) => {
    const { code } = concept
    const has = objectsIn(concept.property).some(
      each =>
        each.code === property && Object.entries(each).some(([name, its]) => name !== 'code' && String(its) === value),
    )
    return has && typeof code === 'string' ? code : []
  })

/** Systems that belong as a whole, code by code. */
async function listed(source: TerminologySource, set: CodeSet): Promise<CodeSet> {
  const result = new Map(set)
  for (const [system, codes] of set) {
    if (codes !== 'every') continue
    const stored = await source.codeSystem(system)
    if (stored?.content !== 'complete') {
      throw unresolved(`leaves codes of ${system} out, a code system that is not stored here in full`)
    }
    result.set(system, hierarchyOf(stored).codes)
  }
  return limited(result)
}
