import type { ComponentDefinition, Definitions } from './definitions.ts'

/** What is made of a type or a component, by its path; undefined: there is no such component. */
export type ByComponent<Made> = (path: string) => Made | undefined

/**
 * One for each definitions object, filled as components are met. Components hold each other: `make` may ask for others,
 * but not before it has returned.
 */
export function byComponent<Made extends object>(
  make: (component: ComponentDefinition, others: ByComponent<Made>, definitions: Definitions) => Made,
): (definitions: Definitions) => ByComponent<Made> {
  const all = new WeakMap<Definitions, ByComponent<Made>>()
  return definitions => {
    let found = all.get(definitions)
    if (!found) {
      found = madeOf(definitions, make)
      all.set(definitions, found)
    }
    return found
  }
}

function madeOf<Made extends object>(
  definitions: Definitions,
  make: (component: ComponentDefinition, others: ByComponent<Made>, definitions: Definitions) => Made,
): ByComponent<Made> {
  const known = new Map<string, Made>()
  const find: ByComponent<Made> = path => {
    const found = known.get(path)
    if (found) return found
    const component = definitions.component(path)
    if (!component) return undefined
    const made = make(component, find, definitions)
    known.set(path, made)
    return made
  }
  return find
}
