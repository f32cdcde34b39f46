/** Finds among the resources that a transaction is about to write, as an index finds among those that are stored. */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { ResourceContent } from '../resource/content.ts'
import { stampMeta } from '../resource/stamp.ts'
import type { Node, Query, TokenNode } from '../search/ast.ts'
import type { IndexDocument } from '../search/document.ts'
import { evaluateQuery, NO_LOOKUP, valuesOf } from '../search/evaluate.ts'
import { extract } from '../search/extract.ts'

export interface StagedDocuments {
  /** Those that satisfy the query, which has no joins. */
  find(query: Query): readonly IndexDocument[]
}

/**
 * A condition nearly always asks for a token, an identifier: the documents are looked up by its code, so that a
 * thousand conditions over a thousand documents are not a million evaluations.
 */
export function stagedDocuments(documents: readonly IndexDocument[]): StagedDocuments {
  const byType = Map.groupBy(documents, document => document.type)
  const byCode = new Map<string, ReadonlyMap<string, readonly IndexDocument[]>>()
  const candidates = ({ parameter, code }: TokenNode): readonly IndexDocument[] => {
    const key = `${parameter.resourceType} ${parameter.url}`
    const known = byCode.get(key) ?? codesOf(byType.get(parameter.resourceType) ?? NONE, parameter)
    byCode.set(key, known)
    return known.get(code ?? '') ?? NONE
  }
  return {
    find(query) {
      const all = byType.get(query.type)
      if (!all) return NONE
      const fewest = tokensOf(query.where)
        .map(candidates)
        .reduce((best, found) => (found.length < best.length ? found : best), all)
      return fewest.filter(document => evaluateQuery(query, document, NO_LOOKUP))
    },
  }
}

/** What search would know of a draft once it is written. */
export function documentOfDraft(
  context: ServiceContext,
  call: Call,
  id: string,
  content: ResourceContent,
): IndexDocument {
  const stamp = { id, versionId: 1, lastUpdated: context.ports.clock.now() }
  const definitions = context.definitions.for(call.tenant)
  return extract(definitions, stampMeta(content, stamp), { ...stamp, baseUrl: call.baseUrl })
}

const NONE: readonly IndexDocument[] = Object.freeze([])

/** Tokens with a code that each match has to have. */
function tokensOf(node: Node): readonly TokenNode[] {
  if (node.kind === 'and') return node.nodes.flatMap(tokensOf)
  return node.kind === 'token' && node.code !== undefined ? [node] : []
}

function codesOf(
  documents: readonly IndexDocument[],
  parameter: TokenNode['parameter'],
): ReadonlyMap<string, readonly IndexDocument[]> {
  const byCode = new Map<string, IndexDocument[]>()
  for (const document of documents) {
    const codes = new Set(valuesOf(document, parameter).map(value => (value.kind === 'token' ? value.code : '')))
    for (const code of codes) {
      const found = byCode.get(code)
      if (found) found.push(document)
      else byCode.set(code, [document])
    }
  }
  return byCode
}
