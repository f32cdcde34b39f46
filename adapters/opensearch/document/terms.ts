/**
 * Values as keywords: the key of their parameter, a letter for what follows, and the text. What is written and what is
 * searched for are made by the same functions. Long text is replaced by its hash.
 */
import { createHash, hash } from 'node:crypto'

/** Text of so many UTF-16 units or more is not kept in a keyword as it is. */
export const TEXT_LENGTH_MAX = 256

/** A keyword that is compared as a whole. */
export const keyword = (key: string, letter: string, text: string): string =>
  text.length < TEXT_LENGTH_MAX ? `${key}${letter}:${text.toWellFormed()}` : `${key}${letter}#${digest(text)}`

/** 22 characters. */
export const digest = (text: string): string => hash('sha256', text, 'base64url').slice(0, DIGEST_LENGTH)

const DIGEST_LENGTH = 22

/** The digest of texts one after the other, asked for in between. No surrogate pair may lie in two of them. */
export function runningDigest(): { add(text: string): void; value(): string } {
  const running = createHash('sha256')
  return {
    add: text => {
      running.update(text)
    },
    value: () => running.copy().digest('base64url').slice(0, DIGEST_LENGTH),
  }
}

/** Two texts as one: only the bar between them stands alone. */
const joined = (first: string, second: string): string => `${first.replace(/[\\|]/g, '\\$&')}|${second}`

export const tokenKeyword = (key: string, system: string, code: string): string =>
  keyword(key, 't', joined(system, code))

export const systemKeyword = (key: string, system: string): string => keyword(key, 's', system)

export const codeKeyword = (key: string, code: string): string => keyword(key, 'c', code)

/** A local target, whatever version is named. `link` alone holds these. */
export const linkKeyword = (key: string, type: string, id: string): string => keyword(key, 'l', `${type}/${id}`)

/** How the links of a parameter to a type start. */
export const linkStart = (key: string, type: string): string => `${key}l:${type}/`

/** A local target by its id alone, a URL, or a local target in full: the last only with a version. */
export type TargetForm = 'id' | 'url' | 'link'

const TARGET_LETTER: Readonly<Record<TargetForm, string>> = { id: 'i', url: 'u', link: 'l' }
const VERSIONED_LETTER: Readonly<Record<TargetForm, string>> = { id: 'j', url: 'v', link: 'm' }

export const targetKeyword = (key: string, form: TargetForm, target: string, version: string | undefined): string =>
  version === undefined
    ? keyword(key, TARGET_LETTER[form], target)
    : keyword(key, VERSIONED_LETTER[form], joined(version, target))

/** What a quantity node looks for; not both undefined. No key: a unit lies in one object with it. */
export function unitKeyword(system: string | undefined, code: string | undefined): string {
  if (system === undefined) return codeKeyword('', code ?? '')
  return code === undefined ? systemKeyword('', system) : tokenKeyword('', system, code)
}

export const wordKeyword = (within: 'narrative' | 'content', word: string): string => `${within.charAt(0)}:${word}`
