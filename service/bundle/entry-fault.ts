/** Faults of one entry, told in terms of the Bundle. */
import { Fault, type Issue, withIssues } from '../fault.ts'

/**
 * The fault with expressions that lead into the Bundle: `Patient.name[0]` becomes `Bundle.entry[3].resource.name[0]`.
 * @param part of the entry that is meant where the fault names no element: `request.ifNoneExist`.
 */
export function atEntry(index: number, error: Fault, part?: string): Fault {
  const entry = `Bundle.entry[${index}]`
  const fallback = part === undefined ? entry : `${entry}.${part}`
  const issues = error.issues.map(issue => ({ ...issue, expression: expressionsAt(entry, fallback, issue) }))
  return withIssues(error, issues)
}

/**
 * A FHIRPath of a resource begins with its type; a search parameter, the other thing that faults name, never does so.
 */
const RESOURCE_PATH = /^[A-Z][A-Za-z]*(?=$|[.[])/

const expressionsAt = (entry: string, fallback: string, { expression = [] }: Issue): readonly string[] => {
  const found = expression.flatMap(path => {
    if (path.startsWith('Bundle.entry[')) return [path]
    return RESOURCE_PATH.test(path) ? [path.replace(RESOURCE_PATH, `${entry}.resource`)] : []
  })
  return found.length > 0 ? found : [fallback]
}

/** Gathers the faults of a Bundle's entries, so that one answer names them all. */
export interface FaultCollector {
  /** Runs the step; a Fault is kept as the entry's, and undefined returned. */
  try<T>(index: number, step: () => T, part?: string): T | undefined
  /** Waits for the step; a Fault is kept as the entry's, and undefined given. */
  after<T>(index: number, step: Promise<T>, part?: string): Promise<T | undefined>
  /** Keeps a fault as the entry's. */
  refuse(index: number, error: Fault, part?: string): void
  /** Keeps a fault that speaks of the Bundle already. */
  add(error: Fault): void
  /** Whether there is no use in looking for more. */
  readonly full: boolean
  /** Of the first one's category with the issues of all; undefined where there is none. */
  all(): Fault | undefined
  /** @throws Fault the same, if there is any. */
  throwAny(): void
}

const ISSUES_MAX = 1000

export function faultCollector(): FaultCollector {
  const faults: Fault[] = []
  let count = 0
  const add = (error: Fault): void => {
    faults.push(error)
    count += error.issues.length
  }
  const all = (): Fault | undefined => {
    const [first] = faults
    if (!first) return undefined
    const issues = faults.flatMap(error => error.issues)
    return withIssues(first, issues.length > ISSUES_MAX ? shortened(issues) : issues)
  }
  return {
    try(index, step, part) {
      try {
        return step()
      } catch (error) {
        if (!Fault.is(error)) throw error
        add(atEntry(index, error, part))
        return undefined
      }
    },
    async after(index, step, part) {
      try {
        return await step
      } catch (error) {
        if (!Fault.is(error)) throw error
        add(atEntry(index, error, part))
        return undefined
      }
    },
    refuse: (index, error, part) => add(atEntry(index, error, part)),
    add,
    get full() {
      return count >= ISSUES_MAX
    },
    all,
    throwAny() {
      const found = all()
      if (found) throw found
    },
  }
}

const shortened = (issues: readonly Issue[]): readonly Issue[] => [
  ...issues.slice(0, ISSUES_MAX),
  {
    severity: 'information',
    code: 'informational',
    diagnostics: `There are more issues than these ${ISSUES_MAX}`,
    expression: ['Bundle'],
  },
]
