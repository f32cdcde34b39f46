/** All keywords by which one value is found. */
import type { QuantityValue, ReferenceValue } from '#service/search/document.ts'
import { codeKeyword, systemKeyword, targetKeyword, tokenKeyword, unitKeyword } from './terms.ts'
import { blockKeywords, isOneBlock, wholeKeyword } from './text-blocks.ts'

export const tokenKeywords = (key: string, system: string, code: string): readonly string[] => [
  tokenKeyword(key, system, code),
  systemKeyword(key, system),
  codeKeyword(key, code),
]

export const uriKeywords = (key: string, uri: string): readonly string[] =>
  isOneBlock(uri) ? blockKeywords(key, uri) : [...blockKeywords(key, uri), wholeKeyword(key, uri)]

/** But for local targets in full without their version, which are links. */
export function referenceKeywords(key: string, { type, id, url, version }: ReferenceValue): readonly string[] {
  const keywords: string[] = []
  if (url !== undefined) {
    keywords.push(targetKeyword(key, 'url', url, undefined))
    if (version !== undefined) keywords.push(targetKeyword(key, 'url', url, version))
  }
  if (id === undefined) return keywords
  keywords.push(targetKeyword(key, 'id', id, undefined))
  if (version === undefined) return keywords
  keywords.push(targetKeyword(key, 'id', id, version))
  if (type !== undefined) keywords.push(targetKeyword(key, 'link', `${type}/${id}`, version))
  return keywords
}

/** By system and code, by system, and by what reads like a code without a system. No key: they lie in one object. */
export const unitKeywords = ({ system, code, unit }: QuantityValue): string[] => [
  ...new Set([
    unitKeyword(system, code),
    unitKeyword(system, undefined),
    unitKeyword(undefined, code),
    unitKeyword(undefined, unit),
  ]),
]
