import {
  type ASTNode,
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  Kind,
} from 'graphql/language/index.js'
import type { UsageOf, Validation } from './validation.ts'

/** GraphQL 5.1.1: only operations and fragments. */
export function checkExecutable(validation: Validation, document: DocumentNode): void {
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION || definition.kind === Kind.FRAGMENT_DEFINITION) continue
    validation.report(`The ${nameOfDefinition(definition)} definition is not executable.`, [definition])
  }
}

function nameOfDefinition(definition: DefinitionNode): string {
  const name = 'name' in definition ? definition.name?.value : undefined
  return name === undefined ? 'schema' : `"${name}"`
}

/** GraphQL 5.2.1 and 5.2.2: operations have names of their own, or there is one without a name. */
export function checkOperationNames({ operations, report }: Validation): void {
  checkUnique(operations, name => `There can be only one operation named "${name}".`, report)
  if (operations.length < 2) return
  for (const operation of operations) {
    if (!operation.name) report('This anonymous operation must be the only defined operation.', [operation])
  }
}

/** GraphQL 5.5.1.1 */
export function checkFragmentNames({ report }: Validation, document: DocumentNode): void {
  const fragments = document.definitions.filter(definition => definition.kind === Kind.FRAGMENT_DEFINITION)
  checkUnique(fragments, name => `There can be only one fragment named "${name}".`, report)
}

interface Named {
  readonly name?: (ASTNode & { readonly value: string }) | undefined
}

/** Reports each name beyond the first of its kind, with both places. */
export function checkUnique(
  nodes: readonly Named[],
  message: (name: string) => string,
  report: Validation['report'],
): void {
  const known = new Map<string, ASTNode>()
  for (const { name } of nodes) {
    if (!name) continue
    const before = known.get(name.value)
    if (before) report(message(name.value), [before, name])
    else known.set(name.value, name)
  }
}

/** GraphQL 5.5.1.4 */
export function checkUnusedFragments(validation: Validation, usageOf: UsageOf): void {
  const used = new Set<string>()
  for (const operation of validation.operations) {
    for (const name of fragmentsBelow(validation, usageOf, operation).keys()) used.add(name)
  }
  for (const definition of usageOf.keys()) {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION || used.has(definition.name.value)) continue
    validation.report(`Fragment "${definition.name.value}" is never used.`, [definition])
  }
}

/** Every fragment that a definition spreads, directly or through others, by name. */
export function fragmentsBelow(
  { fragments }: Validation,
  usageOf: UsageOf,
  definition: Parameters<UsageOf['get']>[0],
): ReadonlyMap<string, FragmentDefinitionNode> {
  const found = new Map<string, FragmentDefinitionNode>()
  const pending = [definition]
  for (let next = pending.pop(); next; next = pending.pop()) {
    for (const { name } of usageOf.get(next)?.spreads ?? []) {
      const fragment = fragments.get(name.value)
      if (!fragment || found.has(name.value)) continue
      found.set(name.value, fragment)
      pending.push(fragment)
    }
  }
  return found
}

/** GraphQL 5.5.2.2: each cycle is reported once, with the spreads that close it. */
export function checkFragmentCycles({ fragments, report }: Validation, usageOf: UsageOf): void {
  const done = new Set<FragmentDefinitionNode>()
  const path: FragmentSpreadNode[] = []
  const indexInPath = new Map<string, number>()

  const visit = (fragment: FragmentDefinitionNode): void => {
    if (done.has(fragment)) return
    done.add(fragment)
    const name = fragment.name.value
    indexInPath.set(name, path.length)
    for (const spread of usageOf.get(fragment)?.spreads ?? []) {
      const target = spread.name.value
      const start = indexInPath.get(target)
      path.push(spread)
      if (start === undefined) {
        const next = fragments.get(target)
        if (next) visit(next)
      } else {
        const cycle = path.slice(start)
        const via = cycle.slice(0, -1).map(({ name: { value } }) => `"${value}"`)
        const through = via.length > 0 ? ` via ${via.join(', ')}` : ''
        report(`Cannot spread fragment "${target}" within itself${through}.`, cycle)
      }
      path.pop()
    }
    indexInPath.delete(name)
  }
  for (const fragment of fragments.values()) visit(fragment)
}
