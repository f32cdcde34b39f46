import type { Definitions } from '../../definitions.ts'
import type { Issue } from '../../fault.ts'
import type { ResourceContent } from '../../resource/content.ts'
import { compileOwn } from './own-parameter.ts'

/** Why a SearchParameter that is valid R4 can't be stored as an active one. None where it is not to have an effect. */
export function checkOwnParameter(definitions: Definitions, content: ResourceContent): readonly Issue[] {
  if (!definitions.own) return NONE
  const compiled = compileOwn(definitions, content)
  if (!compiled) return NONE
  if (compiled.issues) return compiled.issues
  const code = String(content.code)
  const others = definitions.own.parameters.filter(({ id }) => id !== content.id)
  const issues: Issue[] = []
  for (const type of compiled.byType.keys()) {
    const other = others.find(one => one.code === code && one.byType.has(type))
    const taken = other ? 'another active SearchParameter' : holderInBase(definitions, type, code)
    if (taken === undefined) continue
    issues.push({
      severity: 'error',
      code: 'duplicate',
      diagnostics: `The SearchParameter can't take effect. '${code}' of ${type} is ${taken}: choose another code`,
      expression: ['SearchParameter.code'],
    })
    // One that is for all types clashes with all of them alike.
    if (issues.length === ISSUES_MAX) break
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
