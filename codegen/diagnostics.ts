/** What the generator has to say about its input. An error stops it; warnings and information are printed. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning' | 'information'
  readonly code: DiagnosticCode
  /** What it is about: an element path or a parameter as `Type.code`. */
  readonly subject: string
  readonly message: string
}

export type DiagnosticCode =
  | 'not-r4'
  | 'restored'
  | 'corrected'
  | 'value-type-left-out'
  | 'parameter-uncompiled'
  | 'targets-disagree'
  | 'value-set-open'
  | 'compartment-parameter-unknown'

/** Collects diagnostics in the order in which they were found. */
export type Report = (diagnostic: Diagnostic) => void

export const formatDiagnostic = ({ severity, code, subject, message }: Diagnostic): string =>
  `${severity} ${code} ${subject}: ${message}`
