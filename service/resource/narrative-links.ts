/** Rewrites `<a href>` and `<img src>` in XHTML text; everything else stays as it is to the letter. */

const TAG = /<(a|img)(?=\s)/g
/** Up to the opening quote. Without the limits it would need stack for each character of what is no attribute. */
const ATTRIBUTE = /\s{1,1000}([^\s=<>"'/]{1,100})\s{0,100}=\s{0,100}(["'])/y
const ENTITY = /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/g
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

export function rewriteNarrativeLinks(div: string, resolve: (link: string) => string | undefined): string {
  if (!div.includes('href') && !div.includes('src')) return div
  const parts: string[] = []
  let copied = 0
  for (const tag of div.matchAll(TAG)) {
    const wanted = tag[1] === 'a' ? 'href' : 'src'
    for (const { name, start, end } of attributesOf(div, tag.index + tag[0].length)) {
      const link = name === wanted ? resolve(decode(div.slice(start, end))) : undefined
      if (link === undefined) continue
      parts.push(div.slice(copied, start - 1), `"${encode(link)}"`)
      copied = end + 1
    }
  }
  if (copied === 0) return div
  parts.push(div.slice(copied))
  return parts.join('')
}

interface Attribute {
  readonly name: string | undefined
  /** Where its value begins and ends, without the quotes. */
  readonly start: number
  readonly end: number
}

function* attributesOf(div: string, from: number): Generator<Attribute> {
  let position = from
  for (;;) {
    ATTRIBUTE.lastIndex = position
    const found = ATTRIBUTE.exec(div)
    if (found === null) return
    const [, name, quote = '"'] = found
    const start = ATTRIBUTE.lastIndex
    const end = div.indexOf(quote, start)
    // XML has no '<' in values: what looks like a tag inside of one must not be read twice.
    if (end < 0 || div.slice(start, end).includes('<')) return
    yield { name, start, end }
    position = end + 1
  }
}

function decode(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(ENTITY, (entity, hexadecimal?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] ?? entity
    const code = hexadecimal !== undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : entity
  })
}

const encode = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
