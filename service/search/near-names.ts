const SUGGESTIONS_MAX = 3
const NAME_LENGTH_MAX = 64

/** Up to three of the names that differ by a slip or two, or that the text begins; the nearest first. */
export function nearNames(text: string, names: Iterable<string>): string[] {
  if (text.length > NAME_LENGTH_MAX) return []
  const sought = text.toLowerCase()
  const found: { name: string; distance: number }[] = []
  for (const name of names) {
    const candidate = name.toLowerCase()
    const slips = editDistance(sought, candidate)
    const begins = sought.length >= 3 && candidate.startsWith(sought)
    if (slips <= Math.min(2, sought.length / 2)) found.push({ name, distance: slips })
    else if (begins) found.push({ name, distance: 3 })
  }
  found.sort((left, right) => left.distance - right.distance)
  return found.slice(0, SUGGESTIONS_MAX).map(({ name }) => name)
}

/** For messages: ` (near: 'name', 'given')`, or nothing. */
export function nearHint(text: string, names: Iterable<string>): string {
  const near = nearNames(text, names).map(name => `'${name}'`)
  return near.length === 0 ? '' : ` (near: ${near.join(', ')})`
}

/** Insertions, deletions and substitutions between the two. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let line = 1; line <= left.length; line++) {
    const next = [line]
    for (let column = 1; column <= right.length; column++) {
      const same = left.charCodeAt(line - 1) === right.charCodeAt(column - 1) ? 0 : 1
      const replaced = (row[column - 1] ?? 0) + same
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? 0
}
