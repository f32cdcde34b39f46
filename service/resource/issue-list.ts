import type { Issue, IssueCode } from '../fault.ts'
import { Place } from './place.ts'

/** More issues than that are not listed: nobody reads them, and an answer must not grow with a bad request. */
export const ISSUES_MAX = 100

/** Collects errors with the place where the walk is. */
export class IssueList {
  readonly issues: Issue[] = []
  readonly place = new Place()

  /** Nothing more will be listed: what a report would say need not be worked out. */
  get isFull(): boolean {
    return this.issues.length > ISSUES_MAX
  }

  /** An error at the place of the walk, or at an element of it. */
  report(code: IssueCode, diagnostics: string, element?: string, index = -1): void {
    if (this.isFull) return
    if (this.issues.length === ISSUES_MAX) {
      const more = `There are more problems than the ${ISSUES_MAX} that are listed`
      this.issues.push({ severity: 'error', code: 'processing', diagnostics: more })
      return
    }
    const expression = [this.place.expression(element, index)]
    this.issues.push({ severity: 'error', code, diagnostics, expression })
  }
}
