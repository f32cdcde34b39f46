import type { ElementTable, TypeTable } from '#schema/tables.ts'

export type Component = readonly [path: string, elements: readonly ElementTable[]]

/** The components of these types and of every data type that they lead to, in the order of the model. */
export function reachableComponents(
  types: ReadonlyMap<string, TypeTable>,
  roots: ReadonlySet<string>,
): readonly Component[] {
  // Element is what a primitive's extensions are in; no element names it.
  const found = new Set([...roots, 'Element'])
  // A set's iterator also visits what is added on the way.
  for (const name of found) {
    for (const { types: elementTypes } of Object.values(types.get(name)?.components ?? {}).flat()) {
      for (const type of elementTypes) if (types.get(type)?.kind === 'complex-type') found.add(type)
    }
  }
  return [...types.values()]
    .filter(({ name }) => found.has(name))
    .flatMap(({ components }) => Object.entries(components))
}
