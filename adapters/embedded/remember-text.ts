/** More than this many texts in memory are forgotten and looked up again: identifier systems may be without number. */
const TEXTS_MAX = 50_000

/** What repeats is a URL, a code or a unit. Longer texts come once, and 50,000 of them would fill the memory. */
const LENGTH_MAX = 1_000

/** Keeps the number of a text, if it may be worth it. */
export function rememberText(known: Map<string, number>, text: string, number: number): void {
  if (text.length > LENGTH_MAX) return
  if (known.size >= TEXTS_MAX) known.clear()
  known.set(text, number)
}
