/** The words of a resource, for `_text` and `_content`. R4 search.html#content */
import type { JsonValue, ResourceContent } from '../resource/content.ts'
import type { DocumentWords } from './document.ts'
import { foldText } from './normalize.ts'

/** Longer ones are encoded data, or nothing that anybody searches for. */
const WORD_LENGTH_MAX = 64

/** Characters of one string that are looked at: what is longer is an attachment or a long report. */
const TEXT_LENGTH_MAX = 200_000

const WORD = /[\p{L}\p{N}]+/gu

/** Distinct words in the order met: runs of letters and digits, without regard to case and accents. */
export function wordsOf(text: string): string[] {
  const words = new Set<string>()
  addWords(words, text)
  return [...words]
}

/** Of the narrative, and of every string and number in the resource, the narrative among them. */
export function documentWords(resource: ResourceContent): DocumentWords {
  const narrative = new Set<string>()
  const { text } = resource
  const div = isObject(text) ? text.div : undefined
  if (typeof div === 'string') addWords(narrative, withoutMarkup(div))
  const content = new Set<string>(narrative)
  for (const [name, value] of Object.entries(resource)) {
    if (name === 'text' && isObject(value)) continue
    if (name !== 'resourceType' && value !== undefined) visit(content, value)
  }
  return { narrative: [...narrative], content: [...content] }
}

function visit(words: Set<string>, value: JsonValue): void {
  if (typeof value === 'string') addWords(words, value)
  else if (typeof value === 'number') addWords(words, String(value))
  else if (Array.isArray(value)) for (const item of value) visit(words, item)
  else if (isObject(value)) {
    for (const [name, child] of Object.entries(value)) {
      if (name === 'div' && typeof child === 'string') addWords(words, withoutMarkup(child))
      else if (child !== undefined) visit(words, child)
    }
  }
}

const isObject = (value: JsonValue | undefined): value is { readonly [name: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function addWords(words: Set<string>, text: string): void {
  for (const word of text.length <= KEPT_LENGTH_MAX ? keptWords(text) : listOf(text)) words.add(word)
}

function listOf(text: string): readonly string[] {
  const looked = text.length > TEXT_LENGTH_MAX ? text.slice(0, TEXT_LENGTH_MAX) : text
  const plain = foldText(looked)
  const words = (ASCII.test(plain) ? plain.match(ASCII_WORD) : plain.match(WORD)) ?? NO_WORDS
  return words.every(word => word.length <= WORD_LENGTH_MAX)
    ? words
    : words.filter(word => word.length <= WORD_LENGTH_MAX)
}

const NO_WORDS: readonly string[] = []
const ASCII = /^[ -~]*$/
const ASCII_WORD = /[a-z0-9]+/g

/** Systems, codes and displays come again in one resource after another. */
const kept = new Map<string, readonly string[]>()
const KEPT_LENGTH_MAX = 80
const KEPT_MAX = 4_000

function keptWords(text: string): readonly string[] {
  const known = kept.get(text)
  if (known) return known
  if (kept.size >= KEPT_MAX) kept.clear()
  const words = listOf(text)
  kept.set(text, words)
  return words
}

const MARKUP = /<[^<>]*>/g
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|\w{1,32});/gi
const CODE_POINT_MAX = 0x10ffff

/** Entities by name stand between words, but for `&amp;` and the like, which are no letters. */
const withoutMarkup = (div: string): string =>
  div.replace(MARKUP, ' ').replace(ENTITY, (_entity, decimal: string | undefined, hex: string | undefined) => {
    const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : 0x20
    return code <= CODE_POINT_MAX ? String.fromCodePoint(code) : ' '
  })
