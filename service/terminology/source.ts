/** Value sets and code systems as a caller may see them, those stored before those of R4 itself. */

import type { ValueSetTable } from '#schema/tables.ts'
import { readHits } from '../access/read-hits.ts'
import { readMany } from '../access/read-many.ts'
import { scope } from '../access/scope.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Definitions } from '../definitions.ts'
import { type Fault, fault } from '../fault.ts'
import type { JsonObject } from '../resource/content.ts'
import type { Node } from '../search/ast.ts'
import { canonicalValueOf, isLogicalId } from '../search/reference-value.ts'
import { type CodeHierarchy, hierarchyOf } from './code-hierarchy.ts'

export interface TerminologySource {
  /** By `ValueSet/id`, its URL below this server's base, its id, or its canonical URL with a version or without. */
  valueSet(reference: string): Promise<JsonObject | undefined>
  codeSystem(url: string): Promise<JsonObject | undefined>
  baseValueSet(reference: string): ValueSetTable | undefined
  /** Of the code system that is stored, else of R4's own. */
  hierarchy(url: string): Promise<CodeHierarchy | undefined>
}

/** A search may name value sets that name others: so many resources are read for one. */
const READS_MAX = 100

/** Each resource is read once. @throws Fault too-costly where more are asked for than a search may read. */
export function terminologySource(context: ServiceContext, call: Call): TerminologySource {
  const definitions = context.definitions.for(call.tenant)
  const found = new Map<string, Promise<JsonObject | undefined>>()
  const once = (name: string, read: () => Promise<JsonObject | undefined>): Promise<JsonObject | undefined> => {
    const known = found.get(name)
    if (known) return known
    if (found.size === READS_MAX) throw tooMany()
    const reading = read()
    found.set(name, reading)
    return reading
  }
  const codeSystem = (url: string) => once(`CodeSystem ${url}`, () => readCanonical(context, call, 'CodeSystem', url))
  const hierarchies = new Map<string, CodeHierarchy | undefined>()
  return {
    valueSet: reference => once(`ValueSet ${reference}`, () => readReferred(context, call, definitions, reference)),
    codeSystem,
    async hierarchy(url) {
      if (hierarchies.has(url)) return hierarchies.get(url)
      const stored = await codeSystem(url)
      const hierarchy = stored ? hierarchyOf(stored) : baseHierarchy(definitions, url)
      hierarchies.set(url, hierarchy)
      return hierarchy
    },
    baseValueSet: reference => definitions.valueSet(reference.split('|', 1)[0] ?? ''),
  }
}

const tooMany = (): Fault =>
  fault('too-costly', `takes more than ${READS_MAX} value sets and code systems, the limit of a search`)

async function readReferred(
  context: ServiceContext,
  call: Call,
  definitions: Definitions,
  reference: string,
): Promise<JsonObject | undefined> {
  const references = { basePrefix: `${call.baseUrl}/`, isResourceType: definitions.isResourceType }
  const id = isLogicalId(reference) ? reference : localId(reference, references)
  if (id !== undefined && isReadable(context, call, 'ValueSet')) {
    const [version] = await readMany(context, call, [{ type: 'ValueSet', id }])
    if (version) return version.content()
  }
  return readCanonical(context, call, 'ValueSet', reference)
}

function localId(reference: string, references: Parameters<typeof canonicalValueOf>[1]): string | undefined {
  const found = canonicalValueOf(reference, references)
  return found?.type === 'ValueSet' ? found.id : undefined
}

const isReadable = ({ policy }: ServiceContext, call: Call, type: string): boolean => policy.permits(call, 'read', type)

/** Several resources may claim a URL; one of these is enough to find one that is true. */
const CANDIDATES_MAX = 5

/** Of several versions, where none is named, the one that was written last. */
async function readCanonical(
  context: ServiceContext,
  call: Call,
  type: 'ValueSet' | 'CodeSystem',
  canonical: string,
): Promise<JsonObject | undefined> {
  if (!isReadable(context, call, type)) return undefined
  const parameters = context.definitions.for(call.tenant).searchParameters(type)
  const [byUrl, byVersion, byTime] = [parameters.get('url'), parameters.get('version'), parameters.get('_lastUpdated')]
  if (!byUrl || !byVersion || !byTime) return undefined
  const bar = canonical.lastIndexOf('|')
  const url = bar < 0 ? canonical : canonical.slice(0, bar)
  const nodes: Node[] = [{ kind: 'uri', parameter: byUrl, mode: 'exact', value: url }]
  if (bar >= 0) nodes.push({ kind: 'token', parameter: byVersion, system: undefined, code: canonical.slice(bar + 1) })
  const query = scope(call, context.policy, { type, where: { kind: 'and', nodes } })
  const { hits } = await context.ports.index.search(call.tenant, {
    query,
    sort: [{ parameter: byTime, descending: true }],
    count: CANDIDATES_MAX,
    total: 'none',
    deadline: call.deadline,
  })
  const [newest] = await readHits(context, call, query, hits)
  return newest?.content()
}

const hierarchies = new WeakMap<Definitions, Map<string, CodeHierarchy | null>>()

function baseHierarchy(definitions: Definitions, url: string): CodeHierarchy | undefined {
  const known = hierarchies.get(definitions) ?? new Map<string, CodeHierarchy | null>()
  hierarchies.set(definitions, known)
  let hierarchy = known.get(url)
  if (hierarchy === undefined) {
    const table = definitions.codeHierarchy(url)
    hierarchy = table
      ? {
          codes: new Set([...Object.keys(table), ...Object.values(table).flat()]),
          children: new Map(Object.entries(table)),
        }
      : null
    // What is not one of R4's own is any text that a client may send.
    if (hierarchy) known.set(url, hierarchy)
  }
  return hierarchy ?? undefined
}
