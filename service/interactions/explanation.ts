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
  const steps = new Map<string, AskedStep>()
  const parts: string[] = []
  let last = ports.clock.now()
  return {
    trace({ statement, plan, milliseconds }) {
      const known = steps.get(statement)
      if (known) {
        known.times += 1
        known.milliseconds += milliseconds
      } else {
        steps.set(statement, { plan, milliseconds, times: 1 })
      }
    },
    part(name) {
      const now = ports.clock.now()
      parts.push(`${name} ${now - last} ms`)
      last = now
    },
    issues: queries => [
      ...queries.slice(0, STEPS_MAX).map(query => told(`tree: ${treeOf(query)}`)),
      ...(steps.size === 0 ? [told('engine: not asked')] : [...steps].slice(0, STEPS_MAX).map(stepIssue)),
      ...(steps.size > STEPS_MAX ? [told(`engine: asked in ${steps.size - STEPS_MAX} ways more`)] : []),
      told(`time: ${parts.join(', ')}`),
    ],
  }
}

/** The same statement, asked with other values. */
interface AskedStep {
  readonly plan: string | undefined
  milliseconds: number
  times: number
}

function stepIssue([statement, { plan, milliseconds, times }]: readonly [string, AskedStep]): Issue {
  const often = times > 1 ? ` in ${times} times` : ''
  return told(
    `engine: ${milliseconds.toFixed(1)} ms${often}: ${statement}${plan === undefined ? '' : `\nplan: ${plan}`}`,
  )
}

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
