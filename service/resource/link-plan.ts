/** The element tables compiled for walks over links: per component the properties that hold links or lead to some. */
import type { ComponentDefinition, Definitions, PropertyDefinition } from '../definitions.ts'

/** By JSON name. What isn't there holds no links. */
export type LinkPlan = ReadonlyMap<string, LinkStep>

export interface LinkStep {
  /**
   * link: text of type uri, url, oid or uuid; attachment: the one in Attachment.url; reference: the text of
   * Reference.reference; narrative: XHTML; element: an object with a plan of its own; resource: any resource.
   */
  readonly kind: 'link' | 'attachment' | 'reference' | 'narrative' | 'element' | 'resource'
  /** As in FHIRPath: `value`. */
  readonly element: string
  /** Of an element. */
  readonly plan: () => LinkPlan | undefined
}

/** Plans by component path; undefined: no such component. */
export type LinkPlans = (path: string) => LinkPlan | undefined

const plansOf = new WeakMap<Definitions, LinkPlans>()

/** One set of plans for each definitions object, filled as components are met. */
export function linkPlans(definitions: Definitions): LinkPlans {
  let plans = plansOf.get(definitions)
  if (plans === undefined) {
    plans = createPlans(definitions)
    plansOf.set(definitions, plans)
  }
  return plans
}

function createPlans(definitions: Definitions): LinkPlans {
  const compiled = new Map<string, LinkPlan>()
  const plans: LinkPlans = path => {
    let plan = compiled.get(path)
    if (plan === undefined) {
      const component = definitions.component(path)
      if (component === undefined) return undefined
      plan = compile(component, plans)
      compiled.set(path, plan)
    }
    return plan
  }
  return plans
}

// Not canonical: R4 http.html#trules leaves those as they are.
const LINK_TYPES = new Set(['uri', 'url', 'oid', 'uuid'])

function compile(component: ComponentDefinition, plans: LinkPlans): LinkPlan {
  const plan = new Map<string, LinkStep>()
  for (const property of component.properties.values()) {
    const element = property.element.name
    const kind = kindOf(component, property)
    if (kind !== undefined) plan.set(property.name, { kind, element, plan: lazyPlan(plans, property.type) })
    if (property.primitive)
      plan.set(`_${property.name}`, { kind: 'element', element, plan: lazyPlan(plans, 'Element') })
  }
  return plan
}

function kindOf(
  { path }: ComponentDefinition,
  { name, type, primitive }: PropertyDefinition,
): LinkStep['kind'] | undefined {
  if (type === 'Resource') return 'resource'
  if (!primitive) return 'element'
  if (type === 'xhtml') return 'narrative'
  if (path === 'Reference' && name === 'reference') return 'reference'
  if (path === 'Attachment' && name === 'url') return 'attachment'
  return LINK_TYPES.has(type) ? 'link' : undefined
}

function lazyPlan(plans: LinkPlans, path: string): () => LinkPlan | undefined {
  let plan: LinkPlan | undefined
  return () => {
    plan ??= plans(path)
    return plan
  }
}
