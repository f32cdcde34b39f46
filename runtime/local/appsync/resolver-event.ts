import {
  type FieldNode,
  type GraphQLResolveInfo,
  Kind,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { JsonObject } from '#service/index.ts'
import type { RequestContext } from './context.ts'

/** What code of a resolver gets to see; but for `args` the event of a direct Lambda resolver, too. */
export interface AppSyncEvent {
  readonly args: Readonly<Record<string, unknown>>
  readonly arguments: Readonly<Record<string, unknown>>
  readonly identity: null
  readonly source: JsonObject | null
  readonly request: { readonly headers: RequestContext['headers']; readonly domainName: null }
  readonly prev: null
  readonly info: {
    readonly selectionSetList: readonly string[]
    readonly selectionSetGraphQL: string
    readonly fieldName: string
    readonly parentTypeName: string
    readonly variables: Readonly<Record<string, unknown>>
  }
  readonly stash: Readonly<Record<string, never>>
}

export function eventOf(
  source: JsonObject | null,
  given: Readonly<Record<string, unknown>>,
  { headers, variables }: RequestContext,
  { fieldName, parentType, fieldNodes }: GraphQLResolveInfo,
): AppSyncEvent {
  const info = { ...selectionOf(fieldNodes), fieldName, parentTypeName: parentType.name, variables }
  const request = { headers, domainName: null }
  return { args: given, arguments: given, identity: null, source, request, prev: null, info, stash: {} }
}

interface SelectionTexts {
  readonly selectionSetList: readonly string[]
  readonly selectionSetGraphQL: string
}

const NO_SELECTION: SelectionTexts = { selectionSetList: [], selectionSetGraphQL: '' }

/** Documents are kept, so that their nodes are the same from one request to the next. */
const known = new WeakMap<FieldNode, SelectionTexts>()

function selectionOf(nodes: readonly FieldNode[]): SelectionTexts {
  const [first] = nodes
  if (!first?.selectionSet) return NO_SELECTION
  // Nodes of one response name may be merged in more than one way, where fragments are shared.
  if (nodes.length > 1) return textsOf(nodes)
  const before = known.get(first)
  if (before) return before
  const texts = textsOf(nodes)
  known.set(first, texts)
  return texts
}

function textsOf(nodes: readonly FieldNode[]): SelectionTexts {
  const selections = nodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? [])
  const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections }
  // Spreads of named fragments stay, without the fragments themselves.
  return { selectionSetList: pathsOf(selections, ''), selectionSetGraphQL: print(selectionSet) }
}

/** Paths of response names; what fragments hold does not appear. */
function pathsOf(selections: readonly SelectionNode[], prefix: string): readonly string[] {
  return selections.flatMap(selection => {
    if (selection.kind !== Kind.FIELD) return []
    const path = prefix + (selection.alias ?? selection.name).value
    return [path, ...pathsOf(selection.selectionSet?.selections ?? [], `${path}/`)]
  })
}
