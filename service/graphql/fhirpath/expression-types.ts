import type { JsonValue } from '../../resource/content.ts'

/** FHIRPath expressions of one request. All throw Fault: invalid, unprocessable or too-costly. */
export interface Expressions {
  /** Whether it is FHIRPath at all. */
  check(expression: string): void
  /** Positions of the elements for which it holds. type is a FHIR type or a component's path; '' for resources. */
  indexesOf(type: string, expression: string, elements: readonly JsonValue[]): readonly number[]
  /** Of each element its first value as text; undefined where it has none. */
  textsOf(type: string, expression: string, elements: readonly JsonValue[]): readonly (string | undefined)[]
}

/** How long the expressions of one request may still take. */
export interface ExpressionBudget {
  leftMs: number
  readonly now: () => number
}
