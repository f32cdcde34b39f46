/** The words of a resource, for `_text` and `_content`. R4 search.html#content */
import type { JsonValue, ResourceContent } from '../resource/content.ts'
import { isJsonObject, isRawJson, textOfScalar } from '../resource/json.ts'
import type { DocumentWords } from './document.ts'
import { foldText, WORD_LENGTH_MAX } from './normalize.ts'

/** Characters of one string that are looked at: what is longer is an attachment or a long report. */
const TEXT_LENGTH_MAX = 200_000

/** From here on a string may be encoded data: what is no word of it is left out. */
const DATA_LENGTH = 1_000

const WORD = /[\p{L}\p{N}]+/gu

/** Distinct words in the order met: runs of letters and digits, without regard to case and accents. */
export function wordsOf(text: string): string[] {
  return [...new Set(listOf(text))]
}

/** Of the narrative, and of every string and number in the resource, the narrative among them. */
export function documentWords(resource: ResourceContent): DocumentWords {
  const { text } = resource
  const div = isJsonObject(text) ? text.div : undefined
  const narrative = typeof div === 'string' ? [shortened(withoutMarkup(div).trim())] : []
  const strings = new Set<string>(narrative)
  for (const name of Object.keys(resource)) {
    const value = resource[name]
    if (name === 'text' && isJsonObject(value)) continue
    if (name !== 'resourceType' && value !== undefined) visit(strings, value)
  }
  return { narrative: wordText(narrative), content: wordText([...strings]) }
}

/** Systems, codes and displays come again in one resource: each string is kept once. */
function visit(strings: Set<string>, value: JsonValue): void {
  if (typeof value === 'string') strings.add(shortened(value))
  else if (typeof value === 'number') strings.add(String(value))
  else if (Array.isArray(value)) for (const item of value) visit(strings, item)
  else if (isJsonObject(value)) {
    for (const name of Object.keys(value)) {
      const child = value[name]
      if (name === 'div' && typeof child === 'string') strings.add(shortened(withoutMarkup(child)))
      else if (child !== undefined) visit(strings, child)
    }
  } else if (isRawJson(value)) strings.add(textOfScalar(value))
}

const shortened = (text: string): string => (text.length < DATA_LENGTH ? text : listOf(text).join(' '))

/** Splitting is left to whoever needs single words: an engine that indexes text does it anyway. */
function wordText(strings: readonly string[]): string {
  const text = strings.join(' ')
  if (ASCII.test(text)) return text.toLowerCase()
  return strings.map(each => (ASCII.test(each) ? each.toLowerCase() : listOf(each).join(' '))).join(' ')
}

function listOf(text: string): readonly string[] {
  const plain = foldText(text.length > TEXT_LENGTH_MAX ? text.slice(0, TEXT_LENGTH_MAX) : text)
  const words = (ASCII.test(plain) ? plain.match(ASCII_WORD) : plain.match(WORD)) ?? []
  return words.filter(word => word.length <= WORD_LENGTH_MAX)
}

const ASCII = /^[\t\n\r -~]*$/
const ASCII_WORD = /[a-z0-9]+/g

const MARKUP = /<[^<>]*>/g
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|\w{1,32});/gi
const CODE_POINT_MAX = 0x10ffff

/** Entities by name stand between words, but for `&amp;` and the like, which are no letters. */
const withoutMarkup = (div: string): string =>
  div.replace(MARKUP, ' ').replace(ENTITY, (_entity, decimal: string | undefined, hex: string | undefined) => {
    const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : 0x20
    return code <= CODE_POINT_MAX ? String.fromCodePoint(code) : ' '
  })
