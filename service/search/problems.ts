import type { Issue, IssueCode } from '../fault.ts'

/** What is wrong with one parameter of a search. */
export interface Problem {
  readonly issue: Issue
  /** Lenient handling may leave the parameter out: it is unknown, not supported or empty. R4 search.html#errors */
  readonly ignorable: boolean
}

/** A value that the parameter can't have. `expected` says what it could be. */
export const notTaken = (name: string, value: string, expected: string): Problem =>
  malformed(name, `Parameter '${name}': ${quoted(value)} is not what it takes; expected ${expected}`)

/** A refusal that lenient handling doesn't change. `name` is the parameter as given, with its modifiers. */
export const malformed = (name: string, diagnostics: string, code: IssueCode = 'value'): Problem =>
  problem(name, diagnostics, code, false)

export const ignorable = (name: string, diagnostics: string, code: IssueCode): Problem =>
  problem(name, diagnostics, code, true)

const problem = (name: string, diagnostics: string, code: IssueCode, canIgnore: boolean): Problem => ({
  issue: { severity: 'error', code, diagnostics, expression: [shortened(name)] },
  ignorable: canIgnore,
})

export const warningOf = ({ issue }: Problem): Issue => ({
  ...issue,
  severity: 'warning',
  diagnostics: `${issue.diagnostics}; it was ignored`,
})

const SHOWN_MAX = 120

const shortened = (text: string): string => (text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text)

/** A value as messages quote it. */
export const quoted = (text: string): string => `'${shortened(text)}'`
