/** From what an index found to what is true now, and visible. */
import { withinSecurityContext } from '../binary/security-context.ts'
import type { Call } from '../call.ts'
import type { Revealed } from '../fhir-service.ts'
import type { SearchHit } from '../ports/search-index.ts'
import type { Node, ScopedQuery } from '../search/ast.ts'
import { evaluate, NO_LOOKUP } from '../search/evaluate.ts'
import { type ReadContext, readNewestInBatches } from './read-many.ts'
import { documentOf, isRevealed, reveal } from './reveal.ts'

/**
 * The newest versions of the hits in their order, less those that are deleted, hidden, or no match any more. A body is
 * parsed only where the index knew an older version. Joins are not judged again: they are as fresh as the index.
 */
export async function readHits(
  context: ReadContext,
  call: Call,
  query: ScopedQuery,
  hits: readonly SearchHit[],
): Promise<Revealed[]> {
  const definitions = context.definitions.for(call.tenant)
  const newest = await readNewestInBatches(context, call, hits)
  const versions: Revealed[] = []
  for (const [index, stored] of newest.entries()) {
    const version = reveal(call, context.policy, definitions, stored)
    if (!isRevealed(version)) continue
    const indexed = hits[index]?.versionId === version.versionId
    if (indexed || matchesAlone(query.where, () => documentOf(call, definitions, version))) versions.push(version)
  }
  const shown = await withinSecurityContext(context, call, versions)
  return shown.filter(version => version !== undefined)
}

/** Whether a resource satisfies what the node says of it alone; what joins say of others is taken as given. */
export const matchesAlone = (node: Node, document: () => ReturnType<typeof documentOf>): boolean => {
  const alone = withoutJoins(node, true)
  return alone.kind === 'everything' || evaluate(alone, document(), NO_LOOKUP)
}

/** Joins become what cannot turn a match down: true in a positive place, false below a negation. */
function withoutJoins(node: Node, positive: boolean): Node {
  switch (node.kind) {
    case 'chain':
    case 'has':
      return { kind: positive ? 'everything' : 'nothing' }
    case 'and':
    case 'or':
      return { kind: node.kind, nodes: node.nodes.map(child => withoutJoins(child, positive)) }
    case 'not':
      return { kind: 'not', node: withoutJoins(node.node, !positive) }
    default:
      return node
  }
}
