/**
 * Order of two texts by code point, which is the order of their UTF-8 bytes: what SQLite and OpenSearch sort by. The
 * `<` of JavaScript compares UTF-16 units and puts U+1F600 before U+FFFD.
 */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index)
    const b = right.charCodeAt(index)
    if (a !== b) return codePointRank(a) - codePointRank(b)
  }
  return left.length - right.length
}

/** Surrogates stand for code points above all that one unit can say. */
const codePointRank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit)
