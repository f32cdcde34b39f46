/** A tenant's own search parameters: SearchParameter resources that it has stored. R4 searchparameter.html */
import { hash } from 'node:crypto'
import {
  type CompileSurroundings,
  compileParameter,
  type ParameterDefinition,
  sharedBases,
} from '#schema/expressions/compile-parameter.ts'
import { type Definitions, type SearchParameter, searchParameterOf } from '../../definitions.ts'
import type { Issue } from '../../fault.ts'
import type { ResourceContent } from '../../resource/content.ts'
import { controlOf } from '../parse-controls.ts'

export interface OwnParameters {
  /** Of the store: see ParameterStore. */
  readonly revision: number
  /** Those in force. */
  readonly parameters: readonly OwnParameter[]
  /** Definitions without them. */
  readonly base: Definitions
}

/** One that is in force. */
export interface OwnParameter {
  /** Of the SearchParameter resource. */
  readonly id: string
  readonly versionId: number
  readonly code: string
  readonly url: string
  readonly byType: ReadonlyMap<string, SearchParameter>
}

/** Tells one definition of a resource from the next. */
export const keyOfOwn = ({ id, versionId }: Pick<OwnParameter, 'id' | 'versionId'>): string => `${id}/${versionId}`

interface Definition extends ParameterDefinition {
  readonly base: readonly string[]
  readonly status: string
}

export type CompiledOwn =
  | { readonly byType: ReadonlyMap<string, SearchParameter>; readonly issues?: undefined }
  | { readonly issues: readonly Issue[]; readonly byType?: undefined }

/**
 * undefined: it is to have no effect, as it is not active, or R4's own definition, which is in force anyway.
 * @param content validated.
 */
export function compileOwn(definitions: Definitions, content: ResourceContent): CompiledOwn | undefined {
  const definition = content as unknown as Definition
  if (definition.status !== 'active' || isOfBase(definitions, definition)) return undefined
  const issues = [...nameIssues(definition), ...formIssues(definition)]
  if (issues.length > 0) return { issues }
  const byType = new Map<string, SearchParameter>()
  const identity = identityOf(definition)
  for (const base of new Set(definition.base)) {
    const table = compileParameter(definition, base, surroundings(definitions, base))
    if (typeof table === 'string') issues.push(problem('expression', `For ${base}: ${table}`, definition))
    else for (const type of typesOf(definitions, base)) byType.set(type, searchParameterOf(type, table, identity))
  }
  if (byType.size === 0 && issues.length === 0) issues.push(problem('base', 'None of its types is served here'))
  return issues.length > 0 ? { issues } : { byType }
}

/** The same resource that R4 publishes, stored. */
const isOfBase = (definitions: Definitions, { base, code, url }: Definition): boolean =>
  base.every(type => {
    const [first] = typesOf(definitions, type)
    return first !== undefined && definitions.searchParameters(first).get(code)?.url === url
  })

const typesOf = (definitions: Definitions, base: string): readonly string[] => {
  if (sharedBases.includes(base)) return definitions.servedTypes
  return definitions.isServed(base) ? [base] : []
}

const CODE = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/

function nameIssues({ code, url }: Definition): Issue[] {
  if (!CODE.test(code)) {
    const form = "a letter or '_', then letters, digits, '-' and '_', 64 at the most"
    return [problem('code', `'${code.slice(0, 80)}' can't be the name of a search parameter: ${form}`)]
  }
  if (controlOf(code) !== undefined) return [problem('code', `'${code}' controls every search: choose another code`)]
  if (url.includes('#') || url.includes('|')) return [problem('url', "A canonical URL has neither '#' nor '|'")]
  return []
}

function formIssues({ type, expression }: Definition): Issue[] {
  if (type === 'special') return [problem('type', "A parameter of type 'special' has no meaning here")]
  if (expression === undefined) {
    return [problem('expression', 'An active SearchParameter needs an expression: by it resources are indexed')]
  }
  if (expression.length > EXPRESSION_LENGTH_MAX) {
    return [problem('expression', `The expression has more than ${EXPRESSION_LENGTH_MAX} characters`)]
  }
  return []
}

const EXPRESSION_LENGTH_MAX = 4000

function problem(element: string, reason: string, { expression }: Partial<Definition> = {}): Issue {
  const named = expression === undefined ? '' : ` (expression: ${expression.slice(0, 200)})`
  return {
    severity: 'error',
    code: 'invalid',
    diagnostics: `The SearchParameter can't take effect. ${reason}${named}`,
    expression: [`SearchParameter.${element}`],
  }
}

/** Another expression is another parameter for whoever indexes: values of the one are none of the other. */
function identityOf({ url, type, expression, component, target }: Definition): string {
  return `${url}#${hash('sha256', JSON.stringify([type, expression, component, target]), 'base64url').slice(0, 12)}`
}

function surroundings(definitions: Definitions, base: string): CompileSurroundings {
  const type = sharedBases.includes(base) ? 'Basic' : base
  return {
    types: {
      isResourceType: name => definitions.isResourceType(name),
      elements: path => definitions.component(path)?.elements,
    },
    byUrl: new Map([...definitions.searchParameters(type).values()].map(({ table }) => [table.url, table])),
    report: () => undefined,
  }
}
