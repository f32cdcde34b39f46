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
import { compositeObjects } from './composite-objects.ts'
import { parameterKey } from './parameter-key.ts'
import { isBefore, sortColumn, sortTextOf } from './sort-text.ts'
import { substringKeywords } from './substring-text.ts'
import { keyword, linkKeyword } from './terms.ts'
import { blockKeywords } from './text-blocks.ts'
import { referenceKeywords, tokenKeywords, unitKeywords, uriKeywords } from './value-keywords.ts'

/** Gathers the keywords and objects of all values; what is equal is there once. */
export class ValueSink {
  readonly #keywords = new Map<string, Set<string>>()
  readonly #objects = new Map<string, Map<string, { readonly key: string[] }>>()
  readonly #positions: { readonly lat: number; readonly lon: number }[] = []
  readonly #sortRows: { readonly key: string[]; [column: string]: unknown }[] = []

  add({ parameter, values }: ParameterValues): void {
    const key = parameterKey(parameter)
    if (parameter.derived && parameter.kind !== 'composite') {
      for (const value of values) this.#addDerived(key, value)
      return
    }
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
    if (this.#positions.length > 0) fields.position = this.#positions
    if (this.#sortRows.length > 0) fields.sort = this.#sortRows
    return fields
  }

  /** Nothing is sorted by these, nor asked for but in one way. */
  #addDerived(key: string, value: IndexValue): void {
    if (value.kind !== 'string') this.#addValue(key, value)
    else for (const block of blockKeywords(key, value.normalized)) this.#keep('string', block)
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
        break
      case 'position':
        this.#positions.push({ lat: value.latitude, lon: value.longitude })
        break
      case 'composite':
        for (const element of compositeObjects(value)) this.#object('composite', key, element)
    }
  }

  #token(key: string, { system, code }: TokenValue): void {
    for (const each of tokenKeywords(key, system, code)) this.#keep('token', each)
  }

  #string(key: string, { value, normalized }: StringValue): void {
    this.#keep('exact', keyword(key, 'e', value))
    for (const block of blockKeywords(key, normalized)) this.#keep('string', block)
    for (const piece of substringKeywords(key, normalized)) this.#keep('substring', piece)
  }

  #reference(key: string, value: ReferenceValue): void {
    for (const each of referenceKeywords(key, value)) this.#keep('reference', each)
    const { type, id } = value
    if (type !== undefined && id !== undefined) this.#keep('link', linkKeyword(key, type, id))
  }

  #uri(key: string, uri: string): void {
    for (const each of uriKeywords(key, uri)) this.#keep('uri', each)
  }

  #date(key: string, { low, high }: DateValue): void {
    this.#object('date', key, { low, high })
  }

  #amount(key: string, value: NumberValue | QuantityValue): void {
    const { low, high } = value
    this.#object('amount', key, value.kind === 'number' ? { low, high } : { low, high, unit: unitKeywords(value) })
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
