import type { Definitions } from '../definitions.ts'
import type { JsonObject, JsonValue, ResourceContent } from './content.ts'
import { type LinkPlan, type LinkPlans, type LinkStep, linkPlans } from './link-plan.ts'
import { rewriteNarrativeLinks } from './narrative-links.ts'
import { Place } from './place.ts'

/** What a link becomes; undefined leaves it. */
export type ResolveLink = (link: string) => string | undefined

export interface FoundReference {
  /** FHIRPath of the Reference: `Observation.performer[0]`. */
  readonly expression: string
  /** The text of Reference.reference. */
  readonly reference: string
}

/**
 * R4 http.html#trules: references, elements of type uri, url, oid and uuid, and links in narratives, of contained
 * resources too; canonicals stay. A link is given to `resolve` as a whole, and where that leaves it, without its
 * fragment, which then stays behind it. Links to contained resources are not asked for. Works on content that has not
 * been validated; what doesn't fit the tables stays. The same object where no link changes, else a copy that shares
 * what didn't.
 */
export function rewriteLinks(
  definitions: Definitions,
  resource: ResourceContent,
  resolve: ResolveLink,
): ResourceContent {
  const rewrite: Rewrite = {
    plans: linkPlans(definitions),
    kinds: ALL_LINKS,
    resolve: link => resolveWithFragment(link, resolve),
  }
  return rewriteResource(rewrite, resource) as ResourceContent
}

/** The same for Attachment.url alone, each given as it is. */
export function rewriteAttachments(
  definitions: Definitions,
  resource: ResourceContent,
  resolve: ResolveLink,
): ResourceContent {
  const rewrite: Rewrite = { plans: linkPlans(definitions), kinds: ATTACHMENTS, resolve }
  return rewriteResource(rewrite, resource) as ResourceContent
}

const ALL_LINKS: ReadonlySet<LinkStep['kind']> = new Set(['link', 'attachment', 'reference', 'narrative'])
const ATTACHMENTS: ReadonlySet<LinkStep['kind']> = new Set(['attachment'])

/** Every Reference.reference in the resource, those of contained resources included, in document order. */
export function collectReferences(definitions: Definitions, resource: ResourceContent): FoundReference[] {
  const found: FoundReference[] = []
  const collection: Collection = { plans: linkPlans(definitions), place: new Place(), found }
  collection.place.enter(resource.resourceType, -1)
  collectFromResource(collection, resource)
  return found
}

interface Rewrite {
  readonly plans: LinkPlans
  /** Those that are rewritten, of the kinds that are text. */
  readonly kinds: ReadonlySet<LinkStep['kind']>
  readonly resolve: ResolveLink
}

function resolveWithFragment(link: string, resolve: ResolveLink): string | undefined {
  const hash = link.indexOf('#')
  if (hash === 0) return undefined
  const whole = resolve(link)
  if (whole !== undefined || hash < 0) return whole
  const target = resolve(link.slice(0, hash))
  return target === undefined ? undefined : target + link.slice(hash)
}

function rewriteResource(rewrite: Rewrite, resource: JsonObject): JsonObject {
  const { resourceType } = resource
  const plan = typeof resourceType === 'string' ? rewrite.plans(resourceType) : undefined
  return plan === undefined ? resource : rewriteObject(rewrite, plan, resource)
}

function rewriteObject(rewrite: Rewrite, plan: LinkPlan, object: JsonObject): JsonObject {
  let copy: JsonObject | undefined
  for (const name in object) {
    const step = plan.get(name)
    if (step === undefined) continue
    const value = object[name] as JsonValue
    const rewritten = Array.isArray(value) ? rewriteItems(rewrite, step, value) : rewriteValue(rewrite, step, value)
    if (rewritten === value) continue
    copy ??= { ...object }
    copy[name] = rewritten
  }
  return copy ?? object
}

function rewriteItems(rewrite: Rewrite, step: LinkStep, items: JsonValue[]): JsonValue[] {
  let copy: JsonValue[] | undefined
  for (let index = 0; index < items.length; index++) {
    const item = items[index] as JsonValue
    const rewritten = rewriteValue(rewrite, step, item)
    if (rewritten === item) continue
    copy ??= [...items]
    copy[index] = rewritten
  }
  return copy ?? items
}

function rewriteValue(rewrite: Rewrite, step: LinkStep, value: JsonValue): JsonValue {
  if (typeof value === 'string') {
    if (!rewrite.kinds.has(step.kind)) return value
    return step.kind === 'narrative' ? rewriteNarrativeLinks(value, rewrite.resolve) : (rewrite.resolve(value) ?? value)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  if (step.kind === 'resource') return rewriteResource(rewrite, value as JsonObject)
  const plan = step.kind === 'element' ? step.plan() : undefined
  return plan === undefined ? value : rewriteObject(rewrite, plan, value as JsonObject)
}

interface Collection {
  readonly plans: LinkPlans
  readonly place: Place
  readonly found: FoundReference[]
}

function collectFromResource(collection: Collection, resource: JsonObject): void {
  const { resourceType } = resource
  const plan = typeof resourceType === 'string' ? collection.plans(resourceType) : undefined
  if (plan !== undefined) collectFromObject(collection, plan, resource)
}

function collectFromObject(collection: Collection, plan: LinkPlan, object: JsonObject): void {
  for (const name in object) {
    const step = plan.get(name)
    if (step === undefined || step.kind === 'link' || step.kind === 'narrative') continue
    const value = object[name] as JsonValue
    if (!Array.isArray(value)) collectFromValue(collection, step, value, -1)
    else
      for (let index = 0; index < value.length; index++) {
        collectFromValue(collection, step, value[index] as JsonValue, index)
      }
  }
}

function collectFromValue(collection: Collection, step: LinkStep, value: JsonValue, index: number): void {
  const { place, found } = collection
  if (step.kind === 'reference') {
    if (typeof value === 'string') found.push({ expression: place.expression(), reference: value })
    return
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return
  place.enter(step.element, index)
  if (step.kind === 'resource') {
    collectFromResource(collection, value as JsonObject)
  } else {
    const plan = step.plan()
    if (plan !== undefined) collectFromObject(collection, plan, value as JsonObject)
  }
  place.leave()
}
