import { type FieldNode, Kind } from 'graphql/language/index.js'
import { invariant } from '../../invariant.ts'
import type { JsonValue } from '../../resource/content.ts'
import type { Expressions } from '../fhirpath/expression-types.ts'
import { hasDirective } from './list-narrowing.ts'

/** The directives that change where a field's value comes out. R4 graphql.html#flattening */
export interface Reshaping {
  readonly flatten: boolean
  readonly singleton: boolean
  readonly slice: Slice | undefined
}

/** Where the suffix of a sliced name comes from. */
export type Slice =
  | { readonly kind: 'index' }
  /** Names of properties that lead to it: what most paths are. */
  | { readonly kind: 'properties'; readonly names: readonly string[] }
  | { readonly kind: 'expression'; readonly textsOf: (type: string, elements: readonly JsonValue[]) => Texts }

/** For each element; undefined where it has none. */
export type Texts = readonly (string | undefined)[]

const PROPERTY_PATH = /^[A-Za-z]\w*(\.[A-Za-z]\w*)*$/

/** undefined where the value stays where it is. @throws Fault where a path is no FHIRPath. */
export function reshapingOf(node: FieldNode, expressions: Expressions | undefined): Reshaping | undefined {
  const { directives } = node
  if (!directives || directives.length === 0) return undefined
  const flatten = hasDirective(directives, 'flatten')
  const singleton = hasDirective(directives, 'singleton')
  const slice = sliceOf(node, expressions)
  return flatten || singleton || slice !== undefined ? { flatten, singleton, slice } : undefined
}

function sliceOf({ directives }: FieldNode, expressions: Expressions | undefined): Slice | undefined {
  const directive = directives?.find(({ name }) => name.value === 'slice')
  const path = directive?.arguments?.find(({ name }) => name.value === 'path')?.value
  if (!path) return undefined
  const text = path.kind === Kind.STRING || path.kind === Kind.ENUM ? path.value : ''
  if (text === '$index') return { kind: 'index' }
  if (PROPERTY_PATH.test(text)) return { kind: 'properties', names: text.split('.') }
  invariant(expressions, 'a document with @slice has the engine')
  expressions.check(text)
  return { kind: 'expression', textsOf: (type, elements) => expressions.textsOf(type, text, elements) }
}
