/**
 * What searches ask of terminology. Parsing can't wait, so it happens twice: the first time it says what it needs to
 * know, the second time it knows. Engines see codes only.
 */
import type { IssueCode } from '../fault.ts'
import type { SystemAndCode } from '../search/ast.ts'

export type TerminologyRequest =
  /** Members of a value set: `url`, `url|version`, `ValueSet/id`, or an id. */
  | { readonly kind: 'value-set'; readonly valueSet: string }
  /** The code, and all that it is a kind of (above) or that are a kind of it (below). */
  | { readonly kind: 'above' | 'below'; readonly system: string; readonly code: string }

export interface CodeSelection {
  readonly codes: readonly SystemAndCode[]
  /** Systems of which every code belongs. */
  readonly systems: readonly string[]
}

/** Why there is no answer: a sentence that starts in lower case and goes on behind the parameter's name. */
export interface TerminologyRefusal {
  readonly code: IssueCode
  readonly reason: string
}

export type TerminologyAnswer = CodeSelection | TerminologyRefusal

export const isRefusal = (answer: TerminologyAnswer): answer is TerminologyRefusal => 'reason' in answer

export class TerminologyAnswers {
  readonly #answers = new Map<string, TerminologyAnswer>()
  readonly #wanted = new Map<string, TerminologyRequest>()

  /** undefined: not known yet, and remembered as wanted. */
  find(request: TerminologyRequest): TerminologyAnswer | undefined {
    const name = JSON.stringify(request)
    const answer = this.#answers.get(name)
    if (!answer) this.#wanted.set(name, request)
    return answer
  }

  /** Asked for since the last time. */
  takeWanted(): readonly TerminologyRequest[] {
    const wanted = [...this.#wanted.values()]
    this.#wanted.clear()
    return wanted
  }

  put(request: TerminologyRequest, answer: TerminologyAnswer): void {
    this.#answers.set(JSON.stringify(request), answer)
  }
}
