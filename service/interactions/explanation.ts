/** What `_explain=true` tells of a search, as issues of its outcome: the tree, what engines were asked, the times. */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { fault, type Issue } from '../fault.ts'
import type { SearchStep } from '../ports/search-index.ts'
import type { Query } from '../search/ast.ts'
import { EXPLAIN_PARAMETER } from '../search/page.ts'

export interface Explanation {
  readonly trace: (step: SearchStep) => void
  /** Ends a part of the work, which began where the part before ended. */
  part(name: string): void
  issues(queries: readonly Query[]): readonly Issue[]
}

const STEPS_MAX = 40
const TEXT_LENGTH_MAX = 8_000

/** @throws Fault forbidden where the policy doesn't let the caller see how searches are run. */
export function explanation({ policy, ports }: ServiceContext, call: Call): Explanation {
  if (!policy.explains?.(call)) {
    throw fault('forbidden', `The caller may not ask for ${EXPLAIN_PARAMETER}`, { expression: [EXPLAIN_PARAMETER] })
  }
  const steps: SearchStep[] = []
  const parts: string[] = []
  let last = ports.clock.now()
  return {
    trace: step => steps.push(step),
    part(name) {
      const now = ports.clock.now()
      parts.push(`${name} ${now - last} ms`)
      last = now
    },
    issues: queries => [
      ...queries.slice(0, STEPS_MAX).map(query => told(`tree: ${treeOf(query)}`)),
      ...(steps.length === 0 ? [told('engine: not asked')] : steps.slice(0, STEPS_MAX).map(stepIssue)),
      ...(steps.length > STEPS_MAX ? [told(`engine: asked ${steps.length - STEPS_MAX} times more`)] : []),
      told(`time: ${parts.join(', ')}`),
    ],
  }
}

const stepIssue = ({ statement, plan, milliseconds }: SearchStep): Issue =>
  told(`engine: ${milliseconds.toFixed(1)} ms: ${statement}${plan === undefined ? '' : `\nplan: ${plan}`}`)

const told = (text: string): Issue => ({
  severity: 'information',
  code: 'informational',
  diagnostics: text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}...` : text,
})

/** As JSON, each parameter by its type and code. */
const treeOf = (query: Query): string =>
  JSON.stringify(query, (_name, value: unknown) => (isParameter(value) ? `${value.resourceType}.${value.code}` : value))

const isParameter = (value: unknown): value is { readonly resourceType: string; readonly code: string } =>
  typeof value === 'object' && value !== null && 'resourceType' in value && 'code' in value
