import { nearestName } from '../../resource/nearest-name.ts'

/** What REST has that is said otherwise in GraphQL. R4 graphql.html#searching */
const OTHERWISE: ReadonlyMap<string, string> = new Map([
  ['_has', '_filter: "_has:Condition:patient:code eq x"'],
  ['_include', 'to select "resource" of a reference'],
  ['_revinclude', 'a list inside of the resource: ConditionList(_reference: "patient")'],
])

/** Behind a sentence about an unknown name; nothing where no known one is near. */
export function suggestion(name: string, known: Iterable<string>): string {
  const otherwise = OTHERWISE.get(name)
  if (otherwise !== undefined) return ` Did you mean ${otherwise}?`
  const nearest = nearestName(name, known)
  return nearest === undefined ? '' : ` Did you mean "${nearest}"?`
}
