import { editDistance } from '../edit-distance.ts'

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
