import { completeSdl, type GraphqlOptions } from './emit-graphql.ts'

export const SDL_USAGE = `npm run -s codegen:sdl -- [types=Patient,Observation] [inputs=typed|json]
  [reverse=list-and-connection|list|none] [reverse-arguments=few|all] [lists=HumanName,Identifier|none] > small.graphql`

/** `name=value` arguments over the complete SDL; a sentence that says what is wrong with one. */
export function parseSdlOptions(given: readonly string[], resourceTypes: readonly string[]): GraphqlOptions | string {
  let options: GraphqlOptions = completeSdl
  for (const argument of given) {
    const [name = '', value = ''] = argument.split('=', 2)
    const values = value.split(',').filter(Boolean)
    const unknown = values.find(type => !resourceTypes.includes(type))
    if (name === 'types' && values.length > 0) {
      if (unknown !== undefined) return `${unknown} is no resource type of R4`
      options = { ...options, resourceTypes: values }
    } else if (name === 'inputs' && isOneOf(['typed', 'json'], value)) {
      options = { ...options, inputs: value }
    } else if (name === 'reverse' && isOneOf(['none', 'list', 'list-and-connection'], value)) {
      options = { ...options, reverse: value }
    } else if (name === 'reverse-arguments' && isOneOf(['few', 'all'], value)) {
      options = { ...options, reverseArguments: value }
    } else if (name === 'lists') {
      options = { ...options, listArguments: value === 'none' ? [] : values }
    } else {
      return `What "${argument}" means is not known. Usage:\n${SDL_USAGE}`
    }
  }
  return options
}

const isOneOf = <T extends string>(allowed: readonly T[], value: string): value is T =>
  (allowed as readonly string[]).includes(value)
