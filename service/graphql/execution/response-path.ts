/** Where a value goes in the response, from the inside out: most are never asked for. */
export interface PathStep {
  readonly parent: PathStep | undefined
  readonly key: string | number
}

export function pathOf(step: PathStep | undefined): (string | number)[] {
  const path: (string | number)[] = []
  for (let at = step; at; at = at.parent) path.unshift(at.key)
  return path
}
