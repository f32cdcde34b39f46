import { type FieldNode, Kind } from 'graphql/language/index.js'
import { fault } from '../../fault.ts'
import { hasDirective } from './list-narrowing.ts'

/** The directives that change where a field's value comes out. R4 graphql.html#flattening */
export interface Reshaping {
  readonly flatten: boolean
  readonly singleton: boolean
  /** `$index`, or the names of properties that lead to the suffix. */
  readonly slice: '$index' | readonly string[] | undefined
}

const PROPERTY_PATH = /^[A-Za-z]\w*(\.[A-Za-z]\w*)*$/

/** undefined where the value stays where it is. @throws Fault where a path is no plain path of properties. */
export function reshapingOf(node: FieldNode): Reshaping | undefined {
  const { directives } = node
  if (!directives || directives.length === 0) return undefined
  const flatten = hasDirective(directives, 'flatten')
  const singleton = hasDirective(directives, 'singleton')
  const slice = sliceOf(node)
  return flatten || singleton || slice !== undefined ? { flatten, singleton, slice } : undefined
}

function sliceOf({ directives }: FieldNode): Reshaping['slice'] {
  const directive = directives?.find(({ name }) => name.value === 'slice')
  const path = directive?.arguments?.find(({ name }) => name.value === 'path')?.value
  if (!path) return undefined
  const text = path.kind === Kind.STRING || path.kind === Kind.ENUM ? path.value : ''
  if (text === '$index') return text
  if (!PROPERTY_PATH.test(text)) {
    const form = `"$index" or names of properties such as "use" or "code.text"`
    throw fault('unsupported', `The path of @slice must be ${form}`, { expression: ['@slice'] })
  }
  return text.split('.')
}
