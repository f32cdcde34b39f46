/** References: their form, and whether they point to a type that the element allows. R4 references.html */
import type { JsonObject } from './content.ts'
import { quote } from './quote.ts'
import { parseReference } from './reference-text.ts'
import type { ComplexRule } from './rules.ts'
import type { Walk } from './validation-walk.ts'

/** The members of the Reference have been checked for themselves; the walk is at it. */
export function checkReference(walk: Walk, rule: ComplexRule, value: JsonObject): void {
  const { reference, type } = value
  const target = typeof reference === 'string' && reference !== '' ? targetOf(walk, reference) : undefined
  if (target !== undefined && isForbidden(rule, target))
    walk.issues.report('value', `reference ${quote(reference)} points to ${target}, ${allowed(rule)}`, 'reference')
  if (typeof type !== 'string' || !walk.definitions.isResourceType(type)) return
  if (target !== undefined && type !== target)
    walk.issues.report('value', `type ${quote(type)} disagrees with the reference, which points to ${target}`, 'type')
  else if (target === undefined && isForbidden(rule, type))
    walk.issues.report('value', `type ${quote(type)} is the target's, ${allowed(rule)}`, 'type')
}

const isForbidden = ({ targets }: ComplexRule, type: string): boolean => targets !== undefined && !targets.has(type)

const allowed = ({ name, targets }: ComplexRule): string => `but ${name} must be of ${[...(targets ?? [])].join(' | ')}`

/** The type of what the reference points to, as far as its text or the container tells. */
function targetOf(walk: Walk, reference: string): string | undefined {
  const parsed = parseReference(reference)
  const refuse = (problem: string): undefined =>
    walk.issues.report('value', `reference ${quote(reference)} ${problem}`, 'reference') as undefined
  switch (parsed.kind) {
    case 'absolute':
      return undefined
    case 'malformed':
      return refuse('must be Type/id, #id, an absolute URL or urn:uuid: or urn:oid: with an id')
    case 'contained':
      return containedType(walk, parsed.id) ?? refuse('points to no contained resource')
    case 'conditional':
      if (walk.conditionalReferences === 'refused')
        return refuse('is a search, which only the entries of a transaction may have for a reference')
      break
    case 'literal':
      if (parsed.base !== undefined && !walk.definitions.isResourceType(parsed.type)) return undefined
  }
  return walk.definitions.isResourceType(parsed.type)
    ? parsed.type
    : refuse(`names ${quote(parsed.type)}, which is not a resource type of R4`)
}

function containedType(walk: Walk, id: string): string | undefined {
  if (id === '') return typeOf(walk.container)
  walk.contained ??= containedTypes(walk.container)
  return walk.contained.get(id)
}

const typeOf = ({ resourceType }: JsonObject): string | undefined =>
  typeof resourceType === 'string' ? resourceType : undefined

function containedTypes({ contained }: JsonObject): Map<string, string> {
  const types = new Map<string, string>()
  if (!Array.isArray(contained)) return types
  for (const resource of contained) {
    if (typeof resource !== 'object' || resource === null || Array.isArray(resource)) continue
    const { id } = resource as JsonObject
    const type = typeOf(resource as JsonObject)
    if (typeof id === 'string' && type !== undefined) types.set(id, type)
  }
  return types
}
