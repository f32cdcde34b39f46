/** `:in`, `:not-in`, `:above` and `:below` on tokens. R4 search.html#token, search.html#modifiers */
import type { SearchParameter } from '../definitions.ts'
import {
  isRefusal,
  type TerminologyAnswers,
  type TerminologyRefusal,
  type TerminologyRequest,
} from '../terminology/answers.ts'
import { anyOf } from './any-of.ts'
import type { Node } from './ast.ts'
import { splitUnescaped, unescapeValue } from './escapes.ts'

export type TerminologyModifier = 'in' | 'not-in' | 'above' | 'below'

export const isTerminologyModifier = (modifier: string | undefined): modifier is TerminologyModifier =>
  modifier === 'in' || modifier === 'not-in' || modifier === 'above' || modifier === 'below'

/** A node, in words what was expected, or why there is no answer. */
export function parseTerminology(
  terminology: TerminologyAnswers,
  parameter: SearchParameter,
  modifier: TerminologyModifier,
  text: string,
): Node | string | TerminologyRefusal {
  const request = requestOf(modifier, text)
  if (typeof request === 'string') return request
  const answer = terminology.find(request)
  // Whoever resolves what is wanted parses again.
  if (!answer) return { kind: 'nothing' }
  if (isRefusal(answer)) return answer
  const nodes: Node[] = answer.systems.map(system => ({ kind: 'token', parameter, system, code: undefined }))
  if (answer.codes.length > 0) nodes.push({ kind: 'tokens', parameter, tokens: answer.codes })
  return anyOf(nodes)
}

function requestOf(modifier: TerminologyModifier, text: string): TerminologyRequest | string {
  if (modifier === 'in' || modifier === 'not-in') return { kind: 'value-set', valueSet: unescapeValue(text) }
  const [system = '', code = '', ...more] = splitUnescaped(text, '|').map(unescapeValue)
  if (system === '' || code === '' || more.length > 0) return 'system|code'
  return { kind: modifier, system, code }
}
