import type { Placed } from './synthesize.ts'

interface Statement {
  readonly Effect: string
  readonly Action?: string | readonly string[]
  readonly Resource?: unknown
}

/** Why statements of these resources may allow what has a star. The list may only shrink. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'AWS::KMS::Key': 'The policy of a key speaks of that key alone, which it calls *, and gives it to its account.',
}

/** Actions that know no resources. The list may only shrink. */
const WITHOUT_RESOURCES = ['xray:PutTelemetryRecords', 'xray:PutTraceSegments']

/** `place: what` of every statement that allows an action with a star, or anything on the resource `*`. */
export const openStatements = (resources: readonly Placed[]): readonly string[] =>
  resources
    .filter(({ Type }) => !(Type in EXCEPTIONS))
    .flatMap(({ place, Properties }) => statementsIn(Properties).flatMap(each => opennessOf(each, place)))

function opennessOf({ Effect, Action = [], Resource }: Statement, place: string): string[] {
  if (Effect !== 'Allow') return []
  const actions = [Action].flat()
  const resources = [Resource].flat()
  const withStar = actions.filter(action => action.includes('*'))
  const everywhere = resources.includes('*') && actions.some(action => !WITHOUT_RESOURCES.includes(action))
  return [...withStar, ...(everywhere ? [`${actions.join(', ')} on *`] : [])].map(what => `${place}: ${what}`)
}

function statementsIn(value: unknown): Statement[] {
  if (Array.isArray(value)) return value.flatMap(statementsIn)
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(statementsIn)
  return 'Effect' in value ? [value as Statement, ...inner] : inner
}
