/** Every URI that this one is below, itself included. */
export function basesOf(uri: string): string[] {
  const bases = new Set([uri])
  for (let slash = uri.indexOf('/'); slash >= 0; slash = uri.indexOf('/', slash + 1)) {
    bases.add(uri.slice(0, slash))
    bases.add(uri.slice(0, slash + 1))
  }
  return [...bases]
}
