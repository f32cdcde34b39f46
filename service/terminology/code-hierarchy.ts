/** Which code is a kind of which. R4 codesystem.html#hierarchy */
import type { JsonObject, JsonValue } from '../resource/content.ts'

export interface CodeHierarchy {
  readonly codes: ReadonlySet<string>
  /** Codes directly below each. */
  readonly children: ReadonlyMap<string, readonly string[]>
}

/** Properties that name the codes above, and the codes below. R4 codesystem-concept-properties.html */
const PARENTS: ReadonlySet<string> = new Set(['parent', 'subsumedBy'])
const CHILD = 'child'

export const objectsIn = (value: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(value)
    ? value.filter((item): item is JsonObject => typeof item === 'object' && item !== null && !Array.isArray(item))
    : []

export interface PlacedConcept {
  readonly concept: JsonObject
  /** The code that it is nested in. */
  readonly above: string | undefined
}

/** Every concept of a CodeSystem, however deep. */
export function conceptsOf(codeSystem: JsonObject): readonly PlacedConcept[] {
  const found: PlacedConcept[] = objectsIn(codeSystem.concept).map(concept => ({ concept, above: undefined }))
  // Grows while it is walked.
  for (const { concept } of found) {
    const above = typeof concept.code === 'string' ? concept.code : undefined
    for (const nested of objectsIn(concept.concept)) found.push({ concept: nested, above })
  }
  return found
}

export function hierarchyOf(codeSystem: JsonObject): CodeHierarchy {
  const codes = new Set<string>()
  const children = new Map<string, string[]>()
  const link = (above: string, below: string): void => {
    const known = children.get(above)
    if (!known) children.set(above, [below])
    else if (!known.includes(below)) known.push(below)
  }
  for (const { concept, above } of conceptsOf(codeSystem)) {
    const { code } = concept
    if (typeof code !== 'string') continue
    codes.add(code)
    if (above !== undefined) link(above, code)
    for (const { code: property, valueCode } of objectsIn(concept.property)) {
      if (typeof property !== 'string' || typeof valueCode !== 'string') continue
      if (PARENTS.has(property)) link(valueCode, code)
      else if (property === CHILD) link(code, valueCode)
    }
  }
  return { codes, children }
}

/** The code itself and all below it; loops end where they began. */
export function branchOf({ children }: CodeHierarchy, code: string): Set<string> {
  const found = new Set([code])
  for (const each of found) for (const child of children.get(each) ?? []) found.add(child)
  return found
}

/** The code itself and all above it. */
export function ancestryOf({ children }: CodeHierarchy, code: string): Set<string> {
  const parents = new Map<string, string[]>()
  for (const [above, below] of children) {
    for (const each of below) parents.set(each, [...(parents.get(each) ?? []), above])
  }
  const found = new Set([code])
  for (const each of found) for (const parent of parents.get(each) ?? []) found.add(parent)
  return found
}
