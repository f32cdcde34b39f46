import type {
  DateValue,
  IndexValue,
  NumberValue,
  ParameterValues,
  QuantityValue,
  ReferenceValue,
  StringValue,
  TokenValue,
} from '#service/search/document.ts'
import { parameterKey } from './parameter-key.ts'
import { isBefore, sortColumn, sortTextOf } from './sort-text.ts'
import { substringKeywords } from './substring-text.ts'
import { codeKeyword, keyword, linkKeyword, systemKeyword, targetKeyword, tokenKeyword, unitKeyword } from './terms.ts'
import { blockKeywords, isOneBlock, wholeKeyword } from './text-blocks.ts'

/** Gathers the keywords and objects of all values; what is equal is there once. */
export class ValueSink {
  readonly #keywords = new Map<string, Set<string>>()
  readonly #objects = new Map<string, Map<string, { readonly key: string[] }>>()
  readonly #sortRows: { readonly key: string[]; [column: string]: unknown }[] = []

  add({ parameter, values }: ParameterValues): void {
    const key = parameterKey(parameter)
    this.#keep('present', key)
    let least: string | undefined
    let greatest: string | undefined
    for (const value of values) {
      this.#addValue(key, value)
      const text = sortTextOf(value)
      if (text === undefined) continue
      if (least === undefined || isBefore(text, least)) least = text
      if (greatest === undefined || isBefore(greatest, text)) greatest = text
    }
    if (least !== undefined) this.#sort(key, least === greatest ? least : [least, greatest])
  }

  fields(): Readonly<Record<string, unknown>> {
    const fields: Record<string, unknown> = {}
    for (const [name, keywords] of this.#keywords) fields[name] = [...keywords]
    for (const [name, objects] of this.#objects) fields[name] = [...objects.values()]
    if (this.#sortRows.length > 0) fields.sort = this.#sortRows
    return fields
  }

  #addValue(key: string, value: IndexValue): void {
    switch (value.kind) {
      case 'token':
        this.#token(key, value)
        break
      case 'string':
        this.#string(key, value)
        break
      case 'reference':
        this.#reference(key, value)
        break
      case 'uri':
        this.#uri(key, value.value)
        break
      case 'date':
        this.#date(key, value)
        break
      case 'number':
      case 'quantity':
        this.#amount(key, value)
    }
  }

  #token(key: string, { system, code }: TokenValue): void {
    this.#keep('token', tokenKeyword(key, system, code))
    this.#keep('token', systemKeyword(key, system))
    this.#keep('token', codeKeyword(key, code))
  }

  #string(key: string, { value, normalized }: StringValue): void {
    this.#keep('exact', keyword(key, 'e', value))
    for (const block of blockKeywords(key, normalized)) this.#keep('string', block)
    for (const piece of substringKeywords(key, normalized)) this.#keep('substring', piece)
  }

  #reference(key: string, { type, id, url, version }: ReferenceValue): void {
    if (url !== undefined) {
      this.#keep('reference', targetKeyword(key, 'url', url, undefined))
      if (version !== undefined) this.#keep('reference', targetKeyword(key, 'url', url, version))
    }
    if (id === undefined) return
    this.#keep('reference', targetKeyword(key, 'id', id, undefined))
    if (version !== undefined) this.#keep('reference', targetKeyword(key, 'id', id, version))
    if (type === undefined) return
    this.#keep('link', linkKeyword(key, type, id))
    if (version !== undefined) this.#keep('reference', targetKeyword(key, 'link', `${type}/${id}`, version))
  }

  #uri(key: string, uri: string): void {
    for (const block of blockKeywords(key, uri)) this.#keep('uri', block)
    if (!isOneBlock(uri)) this.#keep('uri', wholeKeyword(key, uri))
  }

  #date(key: string, { low, high }: DateValue): void {
    this.#object('date', key, { low, high })
  }

  #amount(key: string, value: NumberValue | QuantityValue): void {
    const { low, high } = value
    this.#object('amount', key, value.kind === 'number' ? { low, high } : { low, high, unit: unitsOf(value) })
  }

  /** In the first row whose column is free. */
  #sort(key: string, text: unknown): void {
    const column = sortColumn(key)
    let row = this.#sortRows.find(each => !(column in each))
    if (!row) {
      row = { key: [] }
      this.#sortRows.push(row)
    }
    row.key.push(key)
    row[column] = text
  }

  #keep(field: string, text: string): void {
    const texts = this.#keywords.get(field)
    if (texts) texts.add(text)
    else this.#keywords.set(field, new Set([text]))
  }

  #object(field: string, key: string, parts: Readonly<Record<string, unknown>>): void {
    const identity = JSON.stringify(parts)
    const objects = this.#objects.get(field) ?? new Map<string, { readonly key: string[] }>()
    this.#objects.set(field, objects)
    const known = objects.get(identity)
    if (!known) objects.set(identity, { key: [key], ...parts })
    else if (!known.key.includes(key)) known.key.push(key)
  }
}

/** By system and code, by system, and by what reads like a code without a system. No key: they lie in one object. */
function unitsOf({ system, code, unit }: QuantityValue): string[] {
  return [
    ...new Set([
      unitKeyword(system, code),
      unitKeyword(system, undefined),
      unitKeyword(undefined, code),
      unitKeyword(undefined, unit),
    ]),
  ]
}
