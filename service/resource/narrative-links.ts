/** Rewrites `<a href>` and `<img src>` in XHTML text; everything else stays as it is to the letter. */

const TAG = /<(a|img)(?=\s)/g
const ATTRIBUTE = /(\s+)([^\s=<>"'/]+)(\s*=\s*)("[^"<]*"|'[^'<]*')/y
const ENTITY = /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/g
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

export function rewriteNarrativeLinks(div: string, resolve: (link: string) => string | undefined): string {
  if (!div.includes('href') && !div.includes('src')) return div
  const parts: string[] = []
  let copied = 0
  for (const tag of div.matchAll(TAG)) {
    const wanted = tag[1] === 'a' ? 'href' : 'src'
    ATTRIBUTE.lastIndex = tag.index + tag[0].length
    for (let found = ATTRIBUTE.exec(div); found !== null; found = ATTRIBUTE.exec(div)) {
      const [, , name, , quoted = ''] = found
      const link = name === wanted ? resolve(decode(quoted.slice(1, -1))) : undefined
      if (link === undefined) continue
      parts.push(div.slice(copied, ATTRIBUTE.lastIndex - quoted.length), `"${encode(link)}"`)
      copied = ATTRIBUTE.lastIndex
    }
  }
  if (copied === 0) return div
  parts.push(div.slice(copied))
  return parts.join('')
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
