/** Collects issues with the place where the walk is. The place costs nothing until an issue needs it. */
import type { Issue, IssueCode } from '../fault.ts'

/** More issues than that are not listed: nobody reads them, and an answer must not grow with a bad request. */
export const ISSUES_MAX = 100

export class IssueList {
  readonly issues: Issue[] = []
  private readonly names: string[] = []
  private readonly indexes: number[] = []
  private depth = 0

  /** Steps into an element; index -1: it is not in an array. */
  enter(name: string, index: number): void {
    this.names[this.depth] = name
    this.indexes[this.depth] = index
    this.depth++
  }

  leave(): void {
    this.depth--
  }

  get level(): number {
    return this.depth
  }

  /** An error at the place of the walk, or at an element of it. */
  report(code: IssueCode, diagnostics: string, element?: string, index = -1): void {
    if (this.issues.length > ISSUES_MAX) return
    if (this.issues.length === ISSUES_MAX) {
      const more = `There are more problems than the ${ISSUES_MAX} that are listed`
      this.issues.push({ severity: 'error', code: 'processing', diagnostics: more })
      return
    }
    const expression = [this.expression(element, index)]
    this.issues.push({ severity: 'error', code, diagnostics, expression })
  }

  private expression(element: string | undefined, index: number): string {
    let path = ''
    for (let level = 0; level < this.depth; level++) {
      path += (level === 0 ? '' : '.') + step(this.names[level] ?? '', this.indexes[level] ?? -1)
    }
    return element === undefined ? path : `${path}.${step(element, index)}`
  }
}

const step = (name: string, index: number): string => (index < 0 ? name : `${name}[${index}]`)
