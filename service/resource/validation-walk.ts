/** One walk over a resource against the rules of its type; everything wrong goes to the list. */
import type { Definitions } from '../definitions.ts'
import { bindingProblem, isBound } from './bound-codes.ts'
import type { JsonObject, JsonValue } from './content.ts'
import type { IssueList } from './issue-list.ts'
import { isRawJson } from './json.ts'
import { checkNarrative } from './narrative.ts'
import { nearestName } from './nearest-name.ts'
import type { PrimitiveProblem } from './primitives.ts'
import { quote } from './quote.ts'
import { checkReference } from './reference-check.ts'
import type { CompanionRule, ComplexRule, ComponentRules, PrimitiveRule, PropertyRule, RuleBook } from './rules.ts'

export interface Walk {
  readonly definitions: Definitions
  readonly rules: RuleBook
  readonly issues: IssueList
  /** The resource that `#` and `#id` are resolved in: the outermost, or that of a Bundle's entry. */
  container: JsonObject
  /** Types of the container's contained resources by id, once something has asked for them. */
  contained: ReadonlyMap<string, string> | undefined
  conditionalReferences: 'refused' | 'allowed'
}

/** Deeper elements are refused. R4 has no limit; resources of real use stay below 20. */
const ELEMENT_DEPTH_MAX = 100

/** Checks the members of an object; the walk has stepped into it. Returns how many it has besides `id`. */
export function checkObject(walk: Walk, rules: ComponentRules, object: JsonObject): number {
  if (walk.issues.place.level > ELEMENT_DEPTH_MAX) {
    walk.issues.report('structure', `Elements must not be nested deeper than ${ELEMENT_DEPTH_MAX} levels`)
    return 1
  }
  let members = 0
  /** JSON name of the alternative in use, by number of the choice. */
  let chosen: string[] | undefined
  for (const name in object) {
    const value = object[name]
    if (value === undefined) continue
    if (name !== 'id') members++
    const rule = rules.properties.get(name)
    if (rule === undefined) {
      if (name !== 'resourceType' || !rules.isResource) reportUnknown(walk, rules, name)
      continue
    }
    if (rule.choice >= 0) {
      const alternative = rule.kind === 'companion' ? rule.primitive : rule.name
      chosen ??= []
      const first = chosen[rule.choice]
      if (first === undefined) chosen[rule.choice] = alternative
      else if (first !== alternative) reportSecondChoice(walk, rule, first, alternative)
    }
    checkProperty(walk, rule, value, object)
  }
  for (const required of rules.required) {
    if (!required.names.some(name => object[name] !== undefined))
      walk.issues.report('required', `${required.label} is required and missing`, required.element)
  }
  if (rules.path === 'Extension' && (chosen !== undefined) === (object.extension !== undefined))
    walk.issues.report('invariant', 'An extension must have either a value or extensions of its own (ext-1)')
  return members
}

function reportUnknown(walk: Walk, rules: ComponentRules, name: string): void {
  if (walk.issues.isFull) return
  const element = /^\w{1,50}$/.test(name) ? name : undefined
  walk.issues.report('structure', `${quote(name)} is not an element of ${rules.path}${advice(rules, name)}`, element)
}

/** What may have been meant by the name of an unknown element. */
function advice(rules: ComponentRules, name: string): string {
  const known = [...rules.properties.values()].filter(rule => rule.kind !== 'companion')
  const choice = known.find(
    ({ choice, element }) => choice >= 0 && name.startsWith(element) && !isLower(name[element.length]),
  )
  if (choice?.element === name) return `: its name must say the type, such as ${choice.name}`
  const nearest = nearestName(
    name,
    known.map(rule => rule.name),
  )
  if (nearest !== undefined) return `: is ${nearest} meant?`
  return choice === undefined ? '' : `: ${choice.element}[x] can't be of that type`
}

const isLower = (letter: string | undefined): boolean => letter !== undefined && letter >= 'a' && letter <= 'z'

function reportSecondChoice(walk: Walk, rule: PropertyRule, first: string, second: string): void {
  const problem = `${rule.element}[x] must be of one type, not both ${first} and ${second}`
  walk.issues.report('structure', problem, rule.element)
}

function checkProperty(walk: Walk, rule: PropertyRule, value: JsonValue, object: JsonObject): void {
  if (!rule.many) {
    if (Array.isArray(value)) walk.issues.report('structure', `${rule.name} must not be an array`, rule.element)
    else checkItem(walk, rule, value, -1, object)
    return
  }
  if (!Array.isArray(value)) {
    walk.issues.report('structure', `${rule.name} must be an array, not ${quote(value)}`, rule.element)
    return
  }
  const { length } = value
  if (length === 0) {
    walk.issues.report('structure', `${rule.name} must not be an empty array: leave the element out`, rule.element)
  } else if (length > rule.most) {
    walk.issues.report('structure', `${rule.name} has ${length} values, more than ${rule.most}`, rule.element)
  } else if (length < rule.least) {
    walk.issues.report('required', `${rule.name} has ${length} values, less than ${rule.least}`, rule.element)
  }
  for (let index = 0; index < length; index++) checkItem(walk, rule, value[index] as JsonValue, index, object)
}

function checkItem(walk: Walk, rule: PropertyRule, value: JsonValue, index: number, object: JsonObject): void {
  if (rule.kind === 'primitive') {
    checkPrimitive(walk, rule, value, index, object)
  } else if (rule.kind === 'companion') {
    checkCompanion(walk, rule, value, index, object)
  } else if (typeof value !== 'object' || value === null || Array.isArray(value) || isRawJson(value)) {
    walk.issues.report('structure', `${rule.name} must be an object, not ${quote(value)}`, rule.element, index)
  } else {
    walk.issues.place.enter(rule.element, index)
    if (rule.kind === 'complex') checkComplex(walk, rule, value as JsonObject)
    else if (rule.element === 'contained') checkContained(walk, value as JsonObject)
    else checkNested(walk, value as JsonObject)
    walk.issues.place.leave()
  }
}

function checkPrimitive(walk: Walk, rule: PrimitiveRule, value: JsonValue, index: number, object: JsonObject): void {
  const { issues } = walk
  if (value === null) {
    const companions = object[rule.companion]
    if (index >= 0 && Array.isArray(companions) && isPresent(companions[index])) return
    const problem =
      index < 0
        ? `${rule.name} must not be null: leave the element out`
        : `${rule.name} must not hold null but where ${rule.companion} has an element at the same place`
    issues.report('structure', problem, rule.element, index)
    return
  }
  const mistake = rule.check(value)
  if (mistake !== undefined) {
    issues.report(mistake.code, mistakeOf(rule, value, mistake), rule.element, index)
    return
  }
  if (rule.type === 'xhtml') {
    for (const { code, problem } of checkNarrative(value as string))
      issues.report(code, `${rule.name} ${problem}`, rule.element, index)
    return
  }
  const codes = rule.codes?.()
  if (codes !== undefined && !codes.codes.has(value as string))
    issues.report('code-invalid', `${rule.name} ${quote(value)} ${bindingProblem(codes)}`, rule.element, index)
}

function mistakeOf({ name }: PrimitiveRule, value: JsonValue, { code, problem }: PrimitiveProblem): string {
  if (code === 'structure') return `${name} ${problem}, not ${quote(value)}`
  return value === '' ? `${name} ${problem}` : `${name} ${quote(value)} ${problem}`
}

const isPresent = (value: JsonValue | undefined): boolean => value !== undefined && value !== null

/** R4 json.html#primitive: id and extensions of a primitive value, in an array as long as that of the values. */
function checkCompanion(walk: Walk, rule: CompanionRule, value: JsonValue, index: number, object: JsonObject): void {
  const { issues } = walk
  const values = object[rule.primitive]
  if (index === 0 && Array.isArray(values) && values.length !== (object[rule.name] as JsonValue[]).length) {
    const problem = `${rule.name} must have as many entries as ${rule.primitive}, null where there is nothing to say`
    issues.report('structure', problem, rule.element)
  }
  const own = index < 0 ? values : Array.isArray(values) ? values[index] : undefined
  if (value === null) {
    if (index < 0 || !isPresent(own))
      issues.report('structure', `${rule.name} must not be null where there is no value`, rule.element, index)
    return
  }
  if (typeof value !== 'object' || Array.isArray(value) || isRawJson(value)) {
    issues.report('structure', `${rule.name} must be an object, not ${quote(value)}`, rule.element, index)
    return
  }
  issues.place.enter(rule.element, index)
  const members = checkObject(walk, rule.rules(), value as JsonObject)
  const isEmpty = members === 0 && ((value as JsonObject).id === undefined || !isPresent(own))
  if (isEmpty) issues.report('invariant', `${rule.name} must have a value or extensions (ele-1)`)
  issues.place.leave()
}

function checkComplex(walk: Walk, rule: ComplexRule, value: JsonObject): void {
  const members = checkObject(walk, rule.rules(), value)
  if (members === 0) walk.issues.report('invariant', `${rule.name} must not be empty (ele-1)`)
  if (rule.type === 'Reference') checkReference(walk, rule, value)
  const codes = rule.codes?.()
  if (codes !== undefined && !isBound(codes, value, rule.type))
    walk.issues.report('code-invalid', `${rule.name} ${bindingProblem(codes)}`)
}

/** R4 domainresource.html: dom-2, dom-4, dom-5. */
function checkContained(walk: Walk, resource: JsonObject): void {
  const { contained, meta } = resource
  if (contained !== undefined)
    walk.issues.report('invariant', 'A contained resource must not contain others (dom-2)', 'contained')
  if (typeof meta === 'object' && meta !== null) {
    const { versionId, lastUpdated, security } = meta as JsonObject
    if (versionId !== undefined || lastUpdated !== undefined)
      walk.issues.report('invariant', 'A contained resource has no versionId or lastUpdated of its own (dom-4)', 'meta')
    if (security !== undefined)
      walk.issues.report('invariant', 'A contained resource has no security labels of its own (dom-5)', 'meta')
  }
  checkResource(walk, resource)
}

/** A resource that stands for itself inside another: in a Bundle's entry or a parameter. */
function checkNested(walk: Walk, resource: JsonObject): void {
  const { container, contained, conditionalReferences } = walk
  walk.container = resource
  walk.contained = undefined
  if (container.resourceType === 'Bundle') walk.conditionalReferences = 'allowed'
  checkResource(walk, resource)
  walk.container = container
  walk.contained = contained
  walk.conditionalReferences = conditionalReferences
}

function checkResource(walk: Walk, resource: JsonObject): void {
  const { resourceType } = resource
  const isKnown = typeof resourceType === 'string' && walk.definitions.isResourceType(resourceType)
  const rules = isKnown ? walk.rules(resourceType) : undefined
  if (rules !== undefined) checkObject(walk, rules, resource)
  else if (resourceType === undefined) walk.issues.report('structure', 'The resource has no resourceType')
  else walk.issues.report('structure', `The resourceType ${quote(resourceType)} is not a resource type of R4`)
}
