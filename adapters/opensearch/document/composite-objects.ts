/** Elements of composites as nested objects: text as terms that begin with the number of their component. */
import type { CompositeValue, SimpleValue } from '#service/search/document.ts'
import { keyword, linkKeyword } from './terms.ts'
import { blockKeywords } from './text-blocks.ts'
import { referenceKeywords, tokenKeywords, unitKeywords, uriKeywords } from './value-keywords.ts'

interface CompositeObject {
  readonly term: readonly string[]
  readonly [end: string]: unknown
}

/** One object, or one for each way to take one range of each component that is ranges. */
export function compositeObjects({ components }: CompositeValue): readonly CompositeObject[] {
  let objects: CompositeObject[] = [{ term: [] }]
  for (const [component, values] of components.entries()) {
    const key = String(component)
    const ranges = values.flatMap(value => rangeOf(key, value) ?? [])
    if (ranges.length > 0) {
      objects = objects.flatMap(object =>
        ranges.map(({ term, ...ends }) => ({ ...object, ...ends, term: [...object.term, ...term] })),
      )
    } else {
      const terms = values.flatMap(value => termsOf(key, value))
      objects = objects.map(object => ({ ...object, term: [...object.term, ...terms] }))
    }
  }
  return objects
}

function rangeOf(key: string, value: SimpleValue): CompositeObject | undefined {
  switch (value.kind) {
    case 'date':
    case 'number':
      return { term: [], [`low${key}`]: value.low, [`high${key}`]: value.high }
    case 'quantity':
      return {
        term: unitKeywords(value).map(unit => componentUnit(key, unit)),
        [`low${key}`]: value.low,
        [`high${key}`]: value.high,
      }
    default:
      return undefined
  }
}

export const componentUnit = (key: string, unit: string): string => `${key}u${unit}`

function termsOf(key: string, value: SimpleValue): readonly string[] {
  switch (value.kind) {
    case 'token':
      return tokenKeywords(key, value.system, value.code)
    case 'uri':
      return uriKeywords(key, value.value)
    case 'string':
      return [keyword(key, 'e', value.value), ...blockKeywords(key, value.normalized)]
    case 'reference': {
      const { type, id } = value
      const link = type !== undefined && id !== undefined ? [linkKeyword(key, type, id)] : []
      return [...link, ...referenceKeywords(key, value)]
    }
    default:
      return []
  }
}
