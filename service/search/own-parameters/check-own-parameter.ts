import type { Definitions } from '../../definitions.ts'
import type { Issue } from '../../fault.ts'
import type { ResourceContent } from '../../resource/content.ts'
import { compileOwn, type OwnParameter } from './own-parameter.ts'

/** Why a SearchParameter that is valid R4 can't be stored as an active one. None where it is not to have an effect. */
export const checkOwnParameter = (definitions: Definitions, content: ResourceContent): readonly Issue[] =>
  (definitions.own && compileOwn(definitions, content)?.issues) ?? NONE

/** A SearchParameter as it will be stored; without content it is deleted. */
export interface WrittenParameter {
  /** undefined: of a new one, whatever its content says. */
  readonly id: string | undefined
  readonly content: ResourceContent | undefined
}

/** Which of these would share a code for a type with another one in force, when all of them are stored. */
export function clashIssues(definitions: Definitions, written: readonly WrittenParameter[]): readonly Issue[] {
  const { own } = definitions
  if (!own) return NONE
  const ids = new Set(written.map(({ id }) => id))
  const inForce: Pick<OwnParameter, 'code' | 'byType'>[] = own.parameters.filter(({ id }) => !ids.has(id))
  const issues: Issue[] = []
  for (const { content } of written) {
    const byType = content && compileOwn(definitions, content)?.byType
    if (!byType) continue
    const code = String(content.code)
    for (const type of byType.keys()) {
      const other = inForce.some(one => one.code === code && one.byType.has(type))
      const taken = other ? 'another active SearchParameter' : holderInBase(definitions, type, code)
      if (taken === undefined) continue
      issues.push({
        severity: 'error',
        code: 'duplicate',
        diagnostics: `The SearchParameter can't take effect. '${code}' of ${type} is ${taken}: choose another code`,
        expression: ['SearchParameter.code'],
      })
      // One that is for all types clashes with all of them alike.
      if (issues.length === ISSUES_MAX) return issues
    }
    inForce.push({ code, byType })
  }
  return issues
}

const NONE: readonly Issue[] = Object.freeze([])
const ISSUES_MAX = 5

/** Own ones carry an identity that is not their URL. */
function holderInBase(definitions: Definitions, type: string, code: string): string | undefined {
  const found = definitions.searchParameters(type).get(code)
  return found && found.url === found.table.url ? `defined by R4 (${found.url})` : undefined
}
