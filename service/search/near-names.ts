import { editDistance } from '../edit-distance.ts'

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
