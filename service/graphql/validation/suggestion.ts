import { nearestName } from '../../resource/nearest-name.ts'

/** Behind a sentence about an unknown name; nothing where no known one is near. */
export function suggestion(name: string, known: Iterable<string>): string {
  const nearest = nearestName(name, known)
  return nearest === undefined ? '' : ` Did you mean "${nearest}"?`
}
