/** A query without what can be decided before anything is searched. */
import type { DateNode, IdNode, Node, Query } from './ast.ts'

/** Means the same; of the same kind (a scoped query stays one), and the same object where nothing could be left out. */
export function simplify<Its extends Query>(query: Its): Its {
  const where = simplified(query.where)
  return where === query.where ? query : { ...query, where }
}

const EVERYTHING: Node = { kind: 'everything' }
const NOTHING: Node = { kind: 'nothing' }

function simplified(node: Node): Node {
  switch (node.kind) {
    case 'and':
      return conjunction(node, node.nodes.map(simplified))
    case 'or':
      return disjunction(node, node.nodes.map(simplified))
    case 'not': {
      const inner = simplified(node.node)
      if (inner.kind === 'everything') return NOTHING
      if (inner.kind === 'nothing') return EVERYTHING
      return inner === node.node ? node : { kind: 'not', node: inner }
    }
    case 'chain':
    case 'has': {
      const query = simplify(node.query)
      if (query.where.kind === 'nothing') return NOTHING
      return query === node.query ? node : { ...node, query }
    }
    case 'id':
      return node.ids.length === 0 ? NOTHING : node
    default:
      return node
  }
}

function conjunction(before: Node & { readonly kind: 'and' }, nodes: readonly Node[]): Node {
  const flat = nodes.flatMap(node => (node.kind === 'and' ? node.nodes : node.kind === 'everything' ? [] : node))
  if (flat.some(node => node.kind === 'nothing') || isOutOfTime(flat)) return NOTHING
  const idNodes = flat.filter((node): node is IdNode => node.kind === 'id')
  const parts = idNodes.length > 1 ? [sharedIds(idNodes), ...flat.filter(node => node.kind !== 'id')] : flat
  const [first] = parts
  if (!first) return EVERYTHING
  if (parts.some(node => node.kind === 'nothing')) return NOTHING
  if (parts.length === 1) return first
  return isSame(before.nodes, parts) ? before : { kind: 'and', nodes: parts }
}

function disjunction(before: Node & { readonly kind: 'or' }, nodes: readonly Node[]): Node {
  if (nodes.some(node => node.kind === 'everything')) return EVERYTHING
  const parts = nodes.filter(node => node.kind !== 'nothing')
  const [first] = parts
  if (!first) return NOTHING
  if (parts.length === 1) return first
  return isSame(before.nodes, parts) ? before : { kind: 'or', nodes: parts }
}

const isSame = (before: readonly Node[], after: readonly Node[]): boolean =>
  before.length === after.length && before.every((node, index) => node === after[index])

function sharedIds(nodes: readonly IdNode[]): Node {
  const [first, ...others] = nodes
  const ids = (first?.ids ?? []).filter(id => others.every(other => other.ids.includes(id)))
  return ids.length === 0 ? NOTHING : { kind: 'id', ids }
}

/** Whether no time of a last update satisfies all of these: a resource has one such time, a millisecond long. */
function isOutOfTime(nodes: readonly Node[]): boolean {
  let from = Number.NEGATIVE_INFINITY
  let until = Number.POSITIVE_INFINITY
  for (const node of nodes) {
    if (node.kind !== 'date' || node.parameter.code !== '_lastUpdated') continue
    const [low, high] = updatedWithin(node)
    from = Math.max(from, low)
    until = Math.min(until, high)
  }
  return from >= until
}

/** Beginnings of that millisecond that satisfy the node, the end exclusive. */
function updatedWithin({ comparator, low, high }: DateNode): readonly [number, number] {
  switch (comparator) {
    case 'eq':
      return [low, high]
    case 'gt':
    case 'sa':
      return [high, Number.POSITIVE_INFINITY]
    case 'ge':
      return [low, Number.POSITIVE_INFINITY]
    case 'lt':
    case 'eb':
      return [Number.NEGATIVE_INFINITY, low]
    case 'le':
      return [Number.NEGATIVE_INFINITY, high]
    case 'ap':
      return [low, high]
    case 'ne':
      return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  }
}
