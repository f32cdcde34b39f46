/** `_pretty=true` (R4 http.html#parameters): JSON text with line breaks. Numbers and strings stay the text they are. */
const INDENT = '  '

export function prettyJson(text: string): string {
  const out: string[] = []
  let depth = 0
  let kept = 0
  const breakLine = (): void => {
    out.push('\n', INDENT.repeat(depth))
  }
  const keepUntil = (end: number): void => {
    if (end > kept) out.push(text.slice(kept, end))
  }
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') {
      at = endOfString(text, at)
    } else if (character === ' ' || character === '\n' || character === '\r' || character === '\t') {
      keepUntil(at)
      kept = at + 1
    } else if (character === '{' || character === '[') {
      const close = afterSpace(text, at + 1)
      if (text[close] === '}' || text[close] === ']') {
        keepUntil(at + 1)
        kept = close
        at = close
      } else {
        keepUntil(at + 1)
        kept = at + 1
        depth++
        breakLine()
      }
    } else if (character === '}' || character === ']') {
      keepUntil(at)
      kept = at
      depth--
      breakLine()
    } else if (character === ',') {
      keepUntil(at + 1)
      kept = at + 1
      breakLine()
    } else if (character === ':') {
      keepUntil(at + 1)
      out.push(' ')
      kept = at + 1
    }
  }
  keepUntil(text.length)
  out.push('\n')
  return out.join('')
}

/** Position of the closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}

function afterSpace(text: string, start: number): number {
  let at = start
  while (at < text.length && ' \n\r\t'.includes(text.charAt(at))) at++
  return at
}
