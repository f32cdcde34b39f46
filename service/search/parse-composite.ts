/** `code-value-quantity=8480-6$gt140`: both of one element. R4 search.html#composite */
import type { Definitions, SearchParameter } from '../definitions.ts'
import { anyOf } from './any-of.ts'
import type { ComponentNode, Node } from './ast.ts'
import { type CompositeWay, compositeWays } from './composite-ways.ts'
import { CANONICAL_UNITS } from './document.ts'
import { splitUnescaped } from './escapes.ts'
import { parseSimpleValue, type ValueContext } from './parse-simple-value.ts'

/** A node, or in words what was expected in place of the value. */
export function parseComposite(text: string, context: ValueContext): Node | string {
  const { definitions, parameter } = context
  const values = splitUnescaped(text, '$')
  const codes = (parameter.table.components ?? []).map(({ code }) => code)
  if (values.length !== codes.length || values.includes('')) {
    return `${codes.join('$')} (a '$' inside a value is written '\\$')`
  }
  const nodes: Node[] = []
  for (const way of compositeWays(definitions, parameter)) {
    const node = parseWay(way, values, context)
    if (typeof node === 'string') return node
    nodes.push(node)
  }
  return anyOf(nodes)
}

function parseWay(way: CompositeWay, values: readonly string[], context: ValueContext): Node | string {
  const parameters = way.kind === 'whole' ? way.parameters : way.components
  const nodes: Node[] = []
  for (const [index, parameter] of parameters.entries()) {
    const component = { ...context, parameter, ...(way.kind === 'element' && { component: true as const }) }
    const node = parseSimpleValue(values[index] ?? '', component)
    if (typeof node === 'string') return `as '${parameter.code}' ${node}`
    nodes.push(node)
  }
  if (way.kind === 'whole') return { kind: 'and', nodes }
  return { kind: 'composite', parameter: way.parameter, components: componentsOf(nodes as ComponentNode[]) }
}

/** What asks for base units asks the values behind all components. */
function componentsOf(nodes: readonly ComponentNode[]): (ComponentNode | undefined)[] {
  const plain = nodes.map(node => (isCanonical(node) ? undefined : node))
  const quantities = nodes.filter(({ kind }) => kind === 'quantity')
  return quantities.some(isCanonical)
    ? [...plain, ...quantities.map(node => (isCanonical(node) ? node : undefined))]
    : plain
}

const isCanonical = (node: ComponentNode): boolean => node.kind === 'quantity' && node.system === CANONICAL_UNITS

/** There is an element that has a value of every component. */
export function compositePresent(definitions: Definitions, parameter: SearchParameter): Node {
  const nodes = compositeWays(definitions, parameter).map((way): Node => {
    if (way.kind === 'element') return { kind: 'missing', parameter: way.parameter, missing: false }
    return { kind: 'and', nodes: way.parameters.map(each => ({ kind: 'missing', parameter: each, missing: false })) }
  })
  return anyOf(nodes)
}
