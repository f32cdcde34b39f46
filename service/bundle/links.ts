/** How links between entries become links between resources. R4 http.html#trules, bundle.html#references */
import type { ResolveLink } from '../resource/references.ts'

export interface LinkTargets {
  /** `Type/id` by the fullUrl of the entry. */
  readonly byFullUrl: ReadonlyMap<string, string>
  /** `Type/id` by the text of a conditional reference. */
  readonly byCondition: ReadonlyMap<string, string>
}

/** `Practitioner?identifier=x` */
const CONDITIONAL = /^([A-Z][A-Za-z]*)\?./
const RELATIVE = /^[A-Z][A-Za-z]*\/[A-Za-z0-9.-]{1,64}$/
const RESTFUL = /^(https?:\/\/.+)\/[A-Z][A-Za-z]*\/[A-Za-z0-9.-]{1,64}$/

/** The resource type of a conditional reference; undefined where it is none. */
export const conditionalType = (link: string): string | undefined => CONDITIONAL.exec(link)?.[1]

/**
 * For the links of one entry. A relative link is below the root of the entry's own fullUrl, or below our base where
 * that fullUrl is no RESTful one.
 */
export function linkResolver(targets: LinkTargets, fullUrl: string | undefined, baseUrl: string): ResolveLink {
  const root = (fullUrl !== undefined && RESTFUL.exec(fullUrl)?.[1]) || baseUrl
  const find = (link: string): string | undefined =>
    targets.byFullUrl.get(link) ?? (RELATIVE.test(link) ? targets.byFullUrl.get(`${root}/${link}`) : undefined)
  return link => find(link) ?? targets.byCondition.get(link)
}
