/**
 * Is this URI the base, or one whose path goes on below it? Text up to a slash, no URI arithmetic. R4 search.html#uri
 */
export function isBelow(uri: string, base: string): boolean {
  if (!uri.startsWith(base)) return false
  return uri.length === base.length || base.endsWith('/') || uri.charCodeAt(base.length) === SLASH
}

const SLASH = 0x2f
