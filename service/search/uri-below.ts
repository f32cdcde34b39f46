/**
 * Is this URI the base, or one whose path goes on below it? Text up to a slash, no URI arithmetic. R4 search.html#uri
 */
export function isBelow(uri: string, base: string): boolean {
  if (!uri.startsWith(base)) return false
  return uri.length === base.length || base.endsWith('/') || uri.charCodeAt(base.length) === SLASH
}

const SLASH = 0x2f

/** Every URI that this one is below, itself included: for engines that look values up rather than compare them. */
export function basesOf(uri: string): string[] {
  const bases = new Set([uri])
  for (let slash = uri.indexOf('/'); slash >= 0; slash = uri.indexOf('/', slash + 1)) {
    bases.add(uri.slice(0, slash))
    bases.add(uri.slice(0, slash + 1))
  }
  return [...bases]
}
