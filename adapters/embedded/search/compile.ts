/** A search tree as conditions in SQL. What each node means is said by service/search/evaluate.ts. */
import type { Node, NodeKind, Query } from '#service/search/ast.ts'
import { ALWAYS, both, either, NEVER, negation } from './combine.ts'
import type { CompileContext } from './compile-context.ts'
import { compositeCondition } from './composite-condition.ts'
import type { Condition } from './condition.ts'
import { differsCondition } from './differs-condition.ts'
import { chainCondition, hasCondition } from './join-conditions.ts'
import { nearCondition } from './near-condition.ts'
import { dateCondition, numberCondition, quantityCondition } from './range-conditions.ts'
import { idCondition, missingCondition } from './resource-conditions.ts'
import {
  compartmentCondition,
  referenceCondition,
  stringCondition,
  tokenCondition,
  tokensCondition,
  uriCondition,
} from './text-conditions.ts'
import { wordsCondition } from './words-condition.ts'

type Compiler<Kind extends NodeKind> = (
  context: CompileContext,
  node: Extract<Node, { readonly kind: Kind }>,
) => Condition

const COMPILERS: { readonly [Kind in NodeKind]: Compiler<Kind> } = {
  everything: () => ALWAYS,
  nothing: () => NEVER,
  and: (context, { nodes }) =>
    both(
      context,
      nodes.map(node => compileNode(context, node)),
    ),
  or: (context, { nodes }) =>
    either(
      context,
      nodes.map(node => compileNode(context, node)),
    ),
  not: (context, { node }) => negation(compileNode(context, node)),
  id: idCondition,
  compartment: (context, { compartment }) => compartmentCondition(context, compartment),
  missing: missingCondition,
  token: tokenCondition,
  string: stringCondition,
  reference: referenceCondition,
  uri: uriCondition,
  date: dateCondition,
  number: numberCondition,
  quantity: quantityCondition,
  tokens: tokensCondition,
  near: nearCondition,
  composite: compositeCondition,
  chain: (context, node) => chainCondition(context, node, compileQuery),
  has: (context, node) => hasCondition(context, node, compileQuery),
  differs: differsCondition,
  words: wordsCondition,
}

export const compileNode = (context: CompileContext, node: Node): Condition =>
  (COMPILERS[node.kind] as Compiler<NodeKind>)(context, node as never)

/** The context must be of the query's type. */
export const compileQuery = (context: CompileContext, query: Query): Condition => compileNode(context, query.where)
