/** The element tables compiled for validation: per component one map from JSON names to what holds there. */
import { type ByComponent, byComponent } from '../by-component.ts'
import { type ComponentDefinition, type Definitions, isPrimitiveType, type PropertyDefinition } from '../definitions.ts'
import { invariant } from '../invariant.ts'
import { lazy } from '../lazy.ts'
import { type BoundCodes, boundCodes } from './bound-codes.ts'
import { checkElementId, PRIMITIVE_CHECKS, type PrimitiveCheck } from './primitives.ts'

export interface ComponentRules {
  readonly path: string
  readonly isResource: boolean
  readonly properties: ReadonlyMap<string, PropertyRule>
  readonly required: readonly RequiredElement[]
}

interface SharedRule {
  /** As in JSON: `valueQuantity`, `_birthDate`. */
  readonly name: string
  /** As in FHIRPath: `value`, `birthDate`. */
  readonly element: string
  readonly type: string
  readonly many: boolean
  readonly least: number
  readonly most: number
  /** Number of the choice (`value[x]`) within its component; -1: it is no choice. */
  readonly choice: number
}

export interface PrimitiveRule extends SharedRule {
  readonly kind: 'primitive'
  readonly check: PrimitiveCheck
  readonly codes: (() => BoundCodes | undefined) | undefined
  /** `_birthDate`, where ids and extensions of the values are. */
  readonly companion: string
}

/** The `_birthDate` beside a `birthDate`: R4 json.html#primitive. */
export interface CompanionRule extends SharedRule {
  readonly kind: 'companion'
  readonly rules: () => ComponentRules
  /** `birthDate`. */
  readonly primitive: string
}

export interface ComplexRule extends SharedRule {
  readonly kind: 'complex'
  readonly rules: () => ComponentRules
  readonly codes: (() => BoundCodes | undefined) | undefined
  readonly targets: ReadonlySet<string> | undefined
}

/** Any resource: contained, entries of a Bundle, parameters. */
export interface ResourceRule extends SharedRule {
  readonly kind: 'resource'
}

export type PropertyRule = PrimitiveRule | CompanionRule | ComplexRule | ResourceRule

export interface RequiredElement {
  /** As in the specification: `value[x]`. */
  readonly label: string
  readonly element: string
  /** JSON names of which one must be there, those of primitives' extensions included. */
  readonly names: readonly string[]
}

export type RuleBook = ByComponent<ComponentRules>

export const ruleBook: (definitions: Definitions) => RuleBook = byComponent(compile)

function compile(component: ComponentDefinition, book: RuleBook, definitions: Definitions): ComponentRules {
  const properties = new Map<string, PropertyRule>()
  const choices: string[] = component.elements.filter(element => element.choice).map(element => element.name)
  for (const property of component.properties.values()) {
    const shared = sharedRule(property, choices.indexOf(property.element.name))
    const rule = propertyRule(definitions, property, shared, book)
    properties.set(rule.name, rule)
    if (rule.kind !== 'primitive') continue
    const companion: CompanionRule = {
      ...shared,
      kind: 'companion',
      name: rule.companion,
      primitive: rule.name,
      rules: rulesOf(book, 'Element'),
    }
    properties.set(companion.name, companion)
  }
  return { path: component.path, isResource: component.resource, properties, required: requiredElements(component) }
}

const sharedRule = ({ name, type, many, element }: PropertyDefinition, choice: number): SharedRule => ({
  name,
  element: element.name,
  type,
  many,
  least: element.min ?? 0,
  most: element.max === '*' ? Number.POSITIVE_INFINITY : (element.max ?? 1),
  choice,
})

function propertyRule(
  definitions: Definitions,
  { type, primitive, element }: PropertyDefinition,
  shared: SharedRule,
  book: RuleBook,
): PropertyRule {
  if (type === 'Resource') return { ...shared, kind: 'resource' }
  const { binding } = element
  const codes = binding === undefined ? undefined : lazy(() => boundCodes(definitions, binding))
  if (primitive) {
    const check = shared.name === 'id' && type === 'string' ? checkElementId : PRIMITIVE_CHECKS[type]
    invariant(check, `no check for the primitive type ${type}`)
    return { ...shared, kind: 'primitive', check, codes, companion: `_${shared.name}` }
  }
  const targets = type === 'Reference' && element.targets ? new Set(element.targets) : undefined
  return { ...shared, kind: 'complex', rules: rulesOf(book, type), codes, targets }
}

const rulesOf = (book: RuleBook, path: string): (() => ComponentRules) =>
  lazy(() => {
    const rules = book(path)
    invariant(rules, `no element table for ${path}`)
    return rules
  })

function requiredElements(component: ComponentDefinition): RequiredElement[] {
  return component.elements
    .filter(element => (element.min ?? 0) > 0)
    .map(element => {
      const properties = [...component.properties.values()].filter(property => property.element === element)
      return {
        label: element.choice ? `${element.name}[x]` : element.name,
        element: element.name,
        names: properties.flatMap(({ name, type }) => (isPrimitiveType(type) ? [name, `_${name}`] : [name])),
      }
    })
}
