import type { CodeHierarchyFile } from '#schema/tables.ts'
import { compareText } from './compare-text.ts'
import type { CodeSystem, Concept } from './definitions.ts'

/** R4's own code systems that are given in full: those without a hierarchy with no entry below them. */
export function codeHierarchies(codeSystems: readonly CodeSystem[]): CodeHierarchyFile {
  const complete = codeSystems.filter(({ content }) => content === 'complete')
  const sorted = [...complete].sort((a, b) => compareText(a.url, b.url))
  return Object.fromEntries(sorted.map(({ url, concept = [] }) => [url, childrenOf(concept)]))
}

function childrenOf(concepts: readonly Concept[]): Readonly<Record<string, readonly string[]>> {
  const children = new Map<string, Set<string>>()
  const link = (above: string, below: string): void => {
    children.set(above, (children.get(above) ?? new Set()).add(below))
  }
  const visit = ({ code, concept = [], property = [] }: Concept): void => {
    for (const { code: name, valueCode } of property) {
      if ((name === 'subsumedBy' || name === 'parent') && valueCode !== undefined) link(valueCode, code)
    }
    for (const nested of concept) {
      link(code, nested.code)
      visit(nested)
    }
  }
  for (const concept of concepts) visit(concept)
  return Object.fromEntries([...children].map(([code, below]) => [code, [...below]]))
}
