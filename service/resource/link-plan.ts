/** The element tables compiled for walks over links: per component the properties that hold links or lead to some. */
import { type ByComponent, byComponent } from '../by-component.ts'
import type { ComponentDefinition, Definitions, PropertyDefinition } from '../definitions.ts'
import { lazy } from '../lazy.ts'

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

export type LinkPlans = ByComponent<LinkPlan>

export const linkPlans: (definitions: Definitions) => LinkPlans = byComponent(compile)

// Not canonical: R4 http.html#trules leaves those as they are.
const LINK_TYPES = new Set(['uri', 'url', 'oid', 'uuid'])

function compile(component: ComponentDefinition, plans: LinkPlans): LinkPlan {
  const plan = new Map<string, LinkStep>()
  for (const property of component.properties.values()) {
    const element = property.element.name
    const kind = kindOf(component, property)
    if (kind !== undefined) plan.set(property.name, { kind, element, plan: lazy(() => plans(property.type)) })
    if (property.primitive)
      plan.set(`_${property.name}`, { kind: 'element', element, plan: lazy(() => plans('Element')) })
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
