/** Of the names, the one that was most probably meant; undefined where none is near. */
export function nearestName(wrong: string, names: Iterable<string>): string | undefined {
  if (wrong.length > NAME_LENGTH_MAX) return undefined
  const lower = wrong.toLowerCase()
  let nearest: string | undefined
  let least = lower.length < 4 ? 2 : 3
  for (const name of names) {
    if (Math.abs(name.length - lower.length) >= least) continue
    const distance = editDistance(lower, name.toLowerCase())
    if (distance < least) {
      least = distance
      nearest = name
    }
  }
  return nearest
}

/** No R4 element name is as long. */
const NAME_LENGTH_MAX = 60

/** Levenshtein: how many letters to insert, delete or change. */
function editDistance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const changed = (previous[column - 1] ?? 0) + (one[row - 1] === other[column - 1] ? 0 : 1)
      current.push(Math.min(changed, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[other.length] ?? 0
}
