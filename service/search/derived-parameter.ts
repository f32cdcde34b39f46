/**
 * Values that a modifier asks for and a parameter doesn't have itself: they are kept under a parameter of their own,
 * one for each path, so that parameters that share a path (`code` and `combo-code` of an Observation) share them, and
 * engines need to know nothing of them.
 */
import type { ExtractionPath, SearchParameterType } from '#schema/tables.ts'
import type { Definitions } from '../definitions.ts'
import type { ParameterReference } from './ast.ts'

/**
 * text: what is written beside codes, for `:text`. of-type: identifiers by type, for `:of-type`. identifier: of what a
 * Reference points to, for `:identifier`. canonical: quantities in the base units of UCUM. media-type: without its
 * parameters, for `:below`. versions: of canonicals each version and what it is a version of (`1.2.3`, `1.2`, `1`), for
 * `:below`.
 */
export type Derivation = 'text' | 'of-type' | 'identifier' | 'canonical' | 'media-type' | 'versions'

const KINDS: Readonly<Record<Derivation, SearchParameterType>> = {
  text: 'string',
  'of-type': 'token',
  identifier: 'token',
  canonical: 'quantity',
  'media-type': 'token',
  versions: 'token',
}

/** What elements at the end of a path have besides the values of a parameter of a kind. */
export function derivationsOf(kind: SearchParameterType, { type, steps }: ExtractionPath): readonly Derivation[] {
  switch (kind) {
    case 'token':
      if (type === 'Identifier') return IDENTIFIER
      if (type === 'code') return steps.at(-1) === 'contentType' ? MEDIA_TYPE : NONE
      return type === 'CodeableConcept' || type === 'Coding' ? TEXT : NONE
    case 'reference':
      if (type === 'Reference') return REFERENCE
      return type === 'canonical' ? VERSIONS : NONE
    case 'quantity':
      return type === 'Money' || type === 'SampledData' ? NONE : CANONICAL
    default:
      return NONE
  }
}

const NONE: readonly Derivation[] = []
const IDENTIFIER: readonly Derivation[] = ['text', 'of-type']
const TEXT: readonly Derivation[] = ['text']
const REFERENCE: readonly Derivation[] = ['identifier']
const CANONICAL: readonly Derivation[] = ['canonical']
const MEDIA_TYPE: readonly Derivation[] = ['media-type']
const VERSIONS: readonly Derivation[] = ['versions']

/** One object for all who ask for the same. */
export const derivedParameter = (
  definitions: Definitions,
  resourceType: string,
  path: ExtractionPath,
  derivation: Derivation,
): ParameterReference => interned(definitions, resourceType, `${pathName(path)}#${derivation}`, KINDS[derivation])

/** Of the elements of a composite; `components` tells what is in them. */
export const compositeParameter = (
  definitions: Definitions,
  resourceType: string,
  path: ExtractionPath,
  components: string,
): ParameterReference => interned(definitions, resourceType, `${pathName(path)}#${components}`, 'composite')

const pathName = ({ steps }: ExtractionPath): string =>
  steps.map(step => (typeof step === 'string' ? step : JSON.stringify(step))).join('.')

const made = new WeakMap<Definitions, Map<string, ParameterReference>>()

function interned(
  definitions: Definitions,
  resourceType: string,
  url: string,
  kind: SearchParameterType,
): ParameterReference {
  const known = made.get(definitions) ?? new Map<string, ParameterReference>()
  made.set(definitions, known)
  const name = `${resourceType} ${url}`
  let parameter = known.get(name)
  if (!parameter) {
    parameter = Object.freeze({ resourceType, code: url, url, kind, derived: true })
    known.set(name, parameter)
  }
  return parameter
}
