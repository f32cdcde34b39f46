import type { Issue, IssueCode } from '../fault.ts'

/** What is wrong with one parameter of a search. */
export interface Problem {
  readonly issue: Issue
  /**
   * Whether the parameter may be left out. R4 search.html#errors. leniently: it is unknown or not supported, and the
   * client allows it. usually: it is empty, and the client does not ask for strictness. never: its value is malformed.
   */
  readonly ignorable: 'never' | 'leniently' | 'usually'
}

/** A value that the parameter can't have. `expected` says what it could be. */
export const notTaken = (name: string, value: string, expected: string): Problem =>
  malformed(name, `Parameter '${name}': ${quoted(value)} is not what it takes; expected ${expected}`)

/** A refusal that lenient handling doesn't change. `name` is the parameter as given, with its modifiers. */
export const malformed = (name: string, diagnostics: string, code: IssueCode = 'value'): Problem =>
  problem(name, diagnostics, code, 'never')

export const ignorable = (name: string, diagnostics: string, code: IssueCode): Problem =>
  problem(name, diagnostics, code, 'leniently')

export const withoutValue = (name: string): Problem =>
  problem(name, `Parameter '${shortened(name)}' has no value`, 'value', 'usually')

const problem = (name: string, diagnostics: string, code: IssueCode, canIgnore: Problem['ignorable']): Problem => ({
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
