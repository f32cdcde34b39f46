/** Backslash escapes of search values: `\,` `\|` `\$` and `\\`. R4 search.html#escaping */

const BACKSLASH = 0x5c

/** Pieces between separators that are not escaped; their escapes are still in them. At least one piece. */
export function splitUnescaped(text: string, separator: ',' | '|' | '$'): string[] {
  if (!text.includes('\\')) return text.split(separator)
  const pieces: string[] = []
  const code = separator.charCodeAt(0)
  let start = 0
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit === BACKSLASH) index++
    else if (unit === code) {
      pieces.push(text.slice(start, index))
      start = index + 1
    }
  }
  pieces.push(text.slice(start))
  return pieces
}

/** A backslash before any other character stands for itself. */
export const unescapeValue = (text: string): string => (text.includes('\\') ? text.replace(/\\([,|$\\])/g, '$1') : text)
