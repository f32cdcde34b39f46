import type { DirectiveNode, FieldNode } from 'graphql/language/index.js'
import { fault } from '../../fault.ts'
import type { JsonObject, JsonValue } from '../../resource/content.ts'
import { isRawJson } from '../../resource/json.ts'
import type { ArgumentValues } from './argument-values.ts'

/** What is kept of a list of elements. R4 graphql.html#list */
export interface ListNarrowing {
  /** Property and the text that its value must be. */
  readonly filters: readonly (readonly [property: string, text: string])[]
  readonly offset: number
  readonly count: number
}

/** undefined where the field keeps everything. @throws Fault where an argument is out of range or not supported. */
export function listNarrowingOf(node: FieldNode, values: ArgumentValues): ListNarrowing | undefined {
  const isFirst = hasDirective(node.directives, 'first')
  if (values.size === 0) return isFirst ? { filters: [], offset: 0, count: 1 } : undefined
  const filters: (readonly [string, string])[] = []
  let offset = 0
  let count = Number.POSITIVE_INFINITY
  for (const [name, value] of values) {
    if (name === 'fhirpath') {
      throw fault('unsupported', `The argument "fhirpath" is not supported yet`, { expression: [node.name.value] })
    }
    if (name === '_offset') offset = natural(name, value)
    else if (name === '_count') count = natural(name, value)
    else filters.push([name, textOf(value)])
  }
  return { filters, offset, count: isFirst ? Math.min(1, count) : count }
}

export const hasDirective = (directives: readonly DirectiveNode[] | undefined, name: string): boolean =>
  directives?.some(directive => directive.name.value === name) ?? false

function natural(name: string, value: JsonValue): number {
  if (typeof value === 'number' && value >= 0) return value
  throw fault('invalid', `The argument "${name}" must be 0 or more`, { code: 'value', expression: [name] })
}

/** Offset and count apply to what the filters leave. */
export function narrow(list: readonly JsonValue[], { filters, offset, count }: ListNarrowing): readonly JsonValue[] {
  const kept = filters.length === 0 ? list : list.filter(element => filters.every(filter => matches(element, filter)))
  return offset === 0 && count >= kept.length ? kept : kept.slice(offset, offset + count)
}

const matches = (element: JsonValue, [property, text]: readonly [string, string]): boolean => {
  const value = typeof element === 'object' && element !== null ? (element as JsonObject)[property] : undefined
  return value !== undefined && value !== null && textOf(value) === text
}

/** A scalar as it is written: what an argument, whatever literal it was given as, is compared by. */
export const textOf = (value: JsonValue): string => (isRawJson(value) ? value.rawJSON : String(value))
