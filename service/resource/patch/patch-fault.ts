import { type Fault, fault, type IssueCode } from '../../fault.ts'

/** A patch that can't be read: no array of operations, an operation without its path ... */
export const malformedPatch = (diagnostics: string, expression?: string): Fault =>
  fault('invalid', diagnostics, { code: 'structure', ...(expression !== undefined && { expression: [expression] }) })

/** One operation of a patch, as a refusal names it. */
export interface PatchStep {
  /** From 0. */
  readonly index: number
  /** `replace /name/0`, `add Patient.name`. */
  readonly text: string
  /** Of the operation, where the patch is a resource: `Parameters.parameter[2]`. */
  readonly expression?: string
}

/** R4 http.html#patch: 422 where an operation, a test among them, can't be done; nothing is written then. */
export const failedStep = ({ index, text, expression }: PatchStep, problem: string, code?: IssueCode): Fault =>
  fault('unprocessable', `Operation ${index} of the patch (${text}): ${problem}`, {
    code: code ?? 'processing',
    ...(expression !== undefined && { expression: [expression] }),
  })
