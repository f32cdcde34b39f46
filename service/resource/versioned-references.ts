/** References that name the version of their target: R4 references.html. */
import type { Definitions } from '../definitions.ts'
import type { JsonObject, JsonValue, ResourceContent } from './content.ts'
import { type LinkPlan, type LinkPlans, linkPlans } from './link-plan.ts'
import { parseReference } from './reference-text.ts'

/** The version that a local reference means now; undefined leaves it as it is. */
export type VersionOf = (type: string, id: string) => number | undefined

/** Called with each local reference without a version, at one of the paths. */
type Visit = (type: string, id: string, text: string) => string | undefined

interface Rewrite {
  readonly plans: LinkPlans
  readonly paths: ReadonlySet<string>
  readonly visit: (text: string) => string | undefined
}

/** `Type/id` of the local references at the paths (`Observation.subject`) that name no version. */
export function unversionedTargets(
  definitions: Definitions,
  resource: ResourceContent,
  paths: ReadonlySet<string>,
  baseUrl: string,
): { readonly type: string; readonly id: string }[] {
  const found: { type: string; id: string }[] = []
  walk(definitions, resource, paths, baseUrl, (type, id) => {
    found.push({ type, id })
    return undefined
  })
  return found
}

/** A copy in which those references name the version of their target. */
export function withVersions(
  definitions: Definitions,
  resource: ResourceContent,
  paths: ReadonlySet<string>,
  baseUrl: string,
  versionOf: VersionOf,
): ResourceContent {
  return walk(definitions, resource, paths, baseUrl, (type, id, text) => {
    const version = versionOf(type, id)
    return version === undefined ? undefined : text.replace(/(?=#|$)/, `/_history/${version}`)
  })
}

function walk(
  definitions: Definitions,
  resource: ResourceContent,
  paths: ReadonlySet<string>,
  baseUrl: string,
  visit: Visit,
): ResourceContent {
  const rewrite: Rewrite = {
    plans: linkPlans(definitions),
    paths,
    visit(text) {
      const parsed = parseReference(text)
      if (parsed.kind !== 'literal' || parsed.version !== undefined) return undefined
      if (parsed.base !== undefined && parsed.base !== baseUrl) return undefined
      return definitions.isResourceType(parsed.type) ? visit(parsed.type, parsed.id, text) : undefined
    },
  }
  const plan = rewrite.plans(resource.resourceType)
  return plan ? (walkObject(rewrite, plan, resource.resourceType, resource) as ResourceContent) : resource
}

function walkObject(rewrite: Rewrite, plan: LinkPlan, path: string, object: JsonObject): JsonObject {
  let copy: JsonObject | undefined
  for (const [name, value] of Object.entries(object)) {
    const step = plan.get(name)
    if (step === undefined || value === undefined) continue
    const changed = walkMember(rewrite, step, path, value)
    if (changed === value) continue
    copy ??= { ...object }
    copy[name] = changed
  }
  return copy ?? object
}

type Step = NonNullable<ReturnType<LinkPlan['get']>>

function walkMember(rewrite: Rewrite, step: Step, path: string, value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    const items = value.map(item => walkMember(rewrite, step, path, item))
    return items.every((item, index) => item === value[index]) ? value : items
  }
  if (typeof value === 'string') {
    if (step.kind !== 'reference' || !rewrite.paths.has(path)) return value
    return rewrite.visit(value) ?? value
  }
  if (typeof value !== 'object' || value === null) return value
  const object = value as JsonObject
  if (step.kind === 'resource') {
    const type = String(object.resourceType)
    const plan = rewrite.plans(type)
    return plan ? walkObject(rewrite, plan, type, object) : value
  }
  const plan = step.kind === 'element' ? step.plan() : undefined
  return plan ? walkObject(rewrite, plan, `${path}.${step.element}`, object) : value
}
