/** Reads number tokens character by character: a regular expression would need stack for each digit of a long one. */

const MINUS = 45
const PLUS = 43
const POINT = 46
const ZERO = 48

const isDigit = (code: number): boolean => code >= ZERO && code <= 57

/** The end of the digits that begin here; the place itself where none do. */
function skipDigits(text: string, start: number): number {
  let position = start
  while (isDigit(text.charCodeAt(position))) position++
  return position
}

/** The end of the JSON number (RFC 8259) that begins here; -1: none does. What comes behind it is not looked at. */
export function numberEnd(text: string, start: number): number {
  const first = text.charCodeAt(start) === MINUS ? start + 1 : start
  const whole = skipDigits(text, first)
  if (whole === first || (whole > first + 1 && text.charCodeAt(first) === ZERO)) return -1
  let end = whole
  if (text.charCodeAt(end) === POINT) {
    const fraction = skipDigits(text, end + 1)
    if (fraction === end + 1) return -1
    end = fraction
  }
  const letter = text.charCodeAt(end)
  if (letter !== 69 && letter !== 101) return end
  const sign = text.charCodeAt(end + 1)
  const exponent = sign === MINUS || sign === PLUS ? end + 2 : end + 1
  const exponentEnd = skipDigits(text, exponent)
  return exponentEnd === exponent ? -1 : exponentEnd
}

/** The first place from here on that holds neither space nor line end. */
export function skipSpaces(text: string, start: number): number {
  let position = start
  for (;;) {
    const code = text.charCodeAt(position)
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return position
    position++
  }
}
