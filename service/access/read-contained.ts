/** From hits on what is contained in resources to what their readers get. R4 search.html#containedType */
import type { Call } from '../call.ts'
import type { Revealed } from '../fhir-service.ts'
import type { SearchHit } from '../ports/search-index.ts'
import type { ResourceContent } from '../resource/content.ts'
import type { ScopedQuery } from '../search/ast.ts'
import { containedKeyOf, plainType } from '../search/contained.ts'
import type { IndexDocument } from '../search/document.ts'
import type { ParsedSearch } from '../search/parse.ts'
import { scoreOf } from '../search/score.ts'
import { withContent } from '../with-content.ts'
import { matchesAlone } from './read-hits.ts'
import { type ReadContext, readMany } from './read-many.ts'
import { documentOf } from './reveal.ts'

/** What is answered of a hit, and how it is scored, which is by what is contained. */
export type ContainedReturn = Pick<ParsedSearch, 'containedType' | 'relevance'>

/**
 * For each hit its container in the newest version, or what is contained in it; undefined where that is deleted, or
 * hidden, or contains nothing that matches any more.
 */
export async function readContained(
  context: ReadContext,
  call: Call,
  query: ScopedQuery,
  hits: readonly SearchHit[],
  { containedType, relevance }: ContainedReturn,
): Promise<(Revealed | undefined)[]> {
  const definitions = context.definitions.for(call.tenant)
  const keys = hits.map(({ id, versionId }) => ({ ...containedKeyOf(id).container, versionId }))
  const containers = await readMany(context, call, keys)
  return hits.map(({ id, versionId, type }, index) => {
    const container = containers[index]
    if (!container) return undefined
    if (container.versionId !== versionId) {
      const inside = documentOf(call, definitions, container).contained?.find(isOf(type, id))
      if (!inside || !matchesAlone(query.where, () => inside)) return undefined
    }
    const inside = insideOf(container, type, id)
    const score = inside && relevance && { score: scoreOf(relevance, inside.content()) }
    return inside && { ...(containedType === 'container' ? container : inside), ...score }
  })
}

const isOf =
  (type: string, id: string) =>
  (document: IndexDocument): boolean =>
    document.type === type && document.id === id

/** With the version and the time of its container: it has none of its own. */
function insideOf(container: Revealed, type: string, id: string): Revealed | undefined {
  const { inside } = containedKeyOf(id)
  const { contained } = container.content()
  const found = (contained as readonly ResourceContent[] | undefined)?.find(one => one?.id === inside)
  if (!found) return undefined
  const place = { type: plainType(type), id: inside, container: { type: container.type, id: container.id } }
  return withContent({ ...container, ...place }, found)
}
