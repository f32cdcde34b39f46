/** What refers to resources that are about to be deleted, where the rules mind it: see WriteRules. */
import { matchesAlone, readHits } from '../access/read-hits.ts'
import { documentOf } from '../access/reveal.ts'
import { scope } from '../access/scope.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Definitions } from '../definitions.ts'
import { type Fault, fault } from '../fault.ts'
import type { Revealed } from '../fhir-service.ts'
import { mapConcurrently } from '../map-concurrently.ts'
import type { CommitRequest } from '../ports/resource-store.ts'
import type { Position, SearchHit } from '../ports/search-index.ts'
import type { ResourceKey, VersionAttributes } from '../ports/stored-version.ts'
import type { ParameterReference, ReferenceNode, ScopedQuery } from '../search/ast.ts'
import { keyOf, type Staged, stagedDeletes } from './reference-rules.ts'

/** Resources that one search is asked about. */
const TOGETHER_MAX = 100

/** Hits that are looked at together. */
const HITS_MAX = 1000

/** What a commit of these tombstones has to ask; nothing where the rules don't mind. */
export function confirmedDeletes(
  context: ServiceContext,
  call: Call,
  deleted: readonly VersionAttributes[],
): Pick<CommitRequest, 'confirm'> {
  if (!mindsDeletes(context)) return {}
  const staged = stagedDeletes(deleted)
  return {
    async confirm() {
      const [refused] = await refusedDeletes(context, call, deleted, staged)
      return refused?.fault
    },
  }
}

export const mindsDeletes = ({ rules }: ServiceContext): boolean => rules.referenceIntegrity === 'enforced'

export interface RefusedDelete<Key extends ResourceKey> {
  readonly key: Key
  /** A conflict that names what refers to it, and by which search parameter. */
  readonly fault: Fault
}

/**
 * Those of the resources that something refers to which the same commit does not write, by the search parameters that
 * may. One search, over all types, is asked about many resources: only where it finds something, about each of them.
 */
export async function refusedDeletes<Key extends ResourceKey>(
  context: ServiceContext,
  call: Call,
  deleted: readonly Key[],
  staged: Staged,
): Promise<readonly RefusedDelete<Key>[]> {
  const refused: RefusedDelete<Key>[] = []
  for (let start = 0; start < deleted.length; start += TOGETHER_MAX) {
    const some = deleted.slice(start, start + TOGETHER_MAX)
    const found = await findReferrer(context, call, some, staged)
    if (!found) continue
    const [only] = some
    if (only && some.length === 1) refused.push({ key: only, fault: refusal(only, found) })
    else refused.push(...(await refusedOneByOne(context, call, some, staged)))
  }
  return refused
}

async function refusedOneByOne<Key extends ResourceKey>(
  context: ServiceContext,
  call: Call,
  deleted: readonly Key[],
  staged: Staged,
): Promise<readonly RefusedDelete<Key>[]> {
  const refused = await mapConcurrently(deleted, context.limits.concurrencyMax, async key => {
    const found = await findReferrer(context, call, [key], staged)
    return found ? [{ key, fault: refusal(key, found) }] : []
  })
  return refused.flat()
}

const refusal = (key: ResourceKey, { referrer, code }: Referrer): Fault =>
  fault(
    'conflict',
    `${keyOf(key)} can not be deleted: ${keyOf(referrer)} refers to it (${code}), and may not be left alone`,
    { code: 'business-rule' },
  )

interface Referrer {
  readonly referrer: ResourceKey
  /** Of the search parameter. */
  readonly code: string
}

/** What may refer to the resources, of one type. */
interface Look {
  readonly query: ScopedQuery
  readonly nodes: readonly ReferenceNode[]
}

async function findReferrer(
  context: ServiceContext,
  call: Call,
  keys: readonly ResourceKey[],
  { written }: Staged,
): Promise<Referrer | undefined> {
  const definitions = context.definitions.for(call.tenant)
  const looks = looksFor(context, call, definitions, keys)
  if (looks.size === 0) return undefined
  // What the same commit writes is judged by what becomes of it.
  const count = Math.min(written.size + 1, HITS_MAX)
  const queries = Array.from(looks.values(), ({ query }) => query)
  const hits = await context.ports.index.findSome(call.tenant, { queries, count, deadline: call.deadline })
  const found = await standing(context, call, looks, hits, written)
  // All that there was, or one of them.
  if (found || hits.length < count) return found
  for (const look of looks.values()) {
    const another = await walk(context, call, look, written)
    if (another) return another
  }
  return undefined
}

/** Each type's referrers to the end: there are more than are looked at together, and none of those counts. */
async function walk(
  context: ServiceContext,
  call: Call,
  look: Look,
  written: Staged['written'],
): Promise<Referrer | undefined> {
  const looks = new Map([[look.query.type, look]])
  const request = { query: look.query, sort: [], count: HITS_MAX, total: 'none', deadline: call.deadline } as const
  let after: Position | undefined
  do {
    // What has been written by the search over all types is in the index by now.
    const page = await context.ports.index.search(call.tenant, { ...request, ...(after && { after }) })
    const found = await standing(context, call, looks, page.hits, written)
    if (found) return found
    after = page.next
  } while (after)
  return undefined
}

/** The first of the hits that the commit leaves as it is, and that still refers to one of the resources. */
async function standing(
  context: ServiceContext,
  call: Call,
  looks: ReadonlyMap<string, Look>,
  hits: readonly SearchHit[],
  written: Staged['written'],
): Promise<Referrer | undefined> {
  const definitions = context.definitions.for(call.tenant)
  const byType = Map.groupBy(
    hits.filter(hit => !written.has(keyOf(hit))),
    ({ type }) => type,
  )
  for (const [type, some] of byType) {
    const look = looks.get(type)
    if (!look) continue
    const [referrer] = await readHits(context, call, look.query, some)
    if (referrer) return { referrer, code: codeOf(call, definitions, look, referrer) }
  }
  return undefined
}

function codeOf(call: Call, definitions: Definitions, { nodes }: Look, referrer: Revealed): string {
  const document = documentOf(call, definitions, referrer)
  return nodes.find(node => matchesAlone(node, () => document))?.parameter.code ?? ''
}

/** By type. */
function looksFor(
  { policy }: ServiceContext,
  call: Call,
  definitions: Definitions,
  keys: readonly ResourceKey[],
): ReadonlyMap<string, Look> {
  const nodes = new Map<string, ReferenceNode[]>()
  for (const [targetType, targets] of Map.groupBy(keys, ({ type }) => type)) {
    for (const [type, codes] of Object.entries(definitions.reverse(targetType))) {
      const parameters = codes.flatMap(code => definitions.searchParameters(type).get(code) ?? [])
      const its = parameters.flatMap(parameter => targets.map(target => pointingAt(target, parameter)))
      nodes.set(type, [...(nodes.get(type) ?? []), ...its])
    }
  }
  return new Map(
    Array.from(nodes, ([type, its]) => {
      const query = scope(call, policy, { type, where: { kind: 'or', nodes: its } })
      return [type, { query, nodes: its }]
    }),
  )
}

const pointingAt = ({ type, id }: ResourceKey, parameter: ParameterReference): ReferenceNode => ({
  ...{ kind: 'reference', parameter, type, id },
  ...{ url: undefined, version: undefined },
})
