import type { Definitions } from '../definitions.ts'
import type { IndexDocument } from './document.ts'

/**
 * The compartments that a resource is in, as `Patient/1`: those whose linking parameters point there, and its own
 * where its type has one. R4 compartmentdefinition.html
 */
export function compartmentsOf(
  definitions: Definitions,
  document: Pick<IndexDocument, 'type' | 'id' | 'entries'>,
): string[] {
  const found = new Set<string>()
  for (const compartmentType of definitions.compartmentTypes) {
    if (document.type === compartmentType) found.add(`${compartmentType}/${document.id}`)
    const codes = definitions.compartment(compartmentType)?.[document.type]
    if (!codes) continue
    for (const entry of document.entries) {
      if (!codes.includes(entry.parameter.code)) continue
      for (const value of entry.values) {
        if (value.kind === 'reference' && value.type === compartmentType) found.add(`${compartmentType}/${value.id}`)
      }
    }
  }
  return [...found]
}
