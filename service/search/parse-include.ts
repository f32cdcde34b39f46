/** `_include` and `_revinclude`. R4 search.html#include */
import type { Definitions, SearchParameter } from '../definitions.ts'
import type { IncludeDirective } from './parse.ts'
import { unknownParameter } from './parse-criterion.ts'
import { noResourceType } from './parse-leaf.ts'
import { ignorable, malformed, type Problem, quoted } from './problems.ts'

/**
 * The directive, or what is wrong with it. `types` are those that are searched, `name` is `_include`, `_revinclude`, or
 * one of them with `:iterate`.
 */
export function parseInclude(
  definitions: Definitions,
  types: readonly string[],
  name: string,
  value: string,
): IncludeDirective | Problem {
  const [keyword, modifier] = name.split(':', 2)
  const direction = keyword === '_include' ? 'include' : 'revinclude'
  if (modifier !== undefined && name !== `${keyword}:iterate`) {
    return malformed(name, `Parameter '${name}': ${keyword} takes no modifier but :iterate`, 'not-supported')
  }
  const iterate = modifier !== undefined
  if (value === '*') {
    const [only] = types
    const sourceType = iterate || only === undefined || types.length > 1 ? '*' : only
    if (direction === 'include') return { direction, sourceType, parameter: '*', iterate }
    return malformed(name, `Parameter '${name}': name the type that refers here, as in 'Observation:*'`)
  }
  if (value.includes(',')) {
    const diagnostics = `Parameter '${name}': ${quoted(value)} is a list, and it takes one; repeat it for each`
    return malformed(name, diagnostics)
  }
  const [sourceType = '', code = '', targetType, ...more] = value.split(':')
  if (code === '' || targetType === '' || more.length > 0) {
    return malformed(
      name,
      `Parameter '${name}': ${quoted(value)} is not of the form Type:parameter, Type:parameter:Target or Type:*`,
    )
  }
  for (const named of [sourceType, targetType ?? sourceType]) {
    if (!definitions.isResourceType(named))
      return malformed(name, `Parameter '${name}': ${noResourceType(named, definitions)}`)
  }
  const parameter = code === '*' ? code : referenceParameter(definitions, name, sourceType, code)
  if (parameter !== '*' && 'issue' in parameter) return parameter
  const target = targetType === undefined ? {} : { targetType }
  const directive: IncludeDirective = { direction, sourceType, parameter, ...target, iterate }
  return misdirection(types, name, directive) ?? directive
}

function referenceParameter(
  definitions: Definitions,
  name: string,
  sourceType: string,
  code: string,
): SearchParameter | Problem {
  const known = definitions.searchParameters(sourceType)
  const parameter = known.get(code)
  if (!parameter) return unknownParameter(name, sourceType, code, known.keys())
  if (parameter.kind === 'reference') return parameter
  return ignorable(
    name,
    `Parameter '${name}': '${code}' of ${sourceType} is a ${parameter.kind}, no reference`,
    'value',
  )
}

/** Directives that could never add anything are mistakes that are better told. */
function misdirection(types: readonly string[], name: string, directive: IncludeDirective): Problem | undefined {
  const { direction, sourceType, parameter, targetType, iterate } = directive
  const targets = parameter === '*' ? undefined : parameter.targets
  const source = parameter === '*' ? sourceType : `'${parameter.code}' of ${sourceType}`
  if (targetType !== undefined && targets && !targets.includes(targetType)) {
    return malformed(name, `Parameter '${name}': ${source} never points to ${targetType}`)
  }
  if (iterate) return undefined
  if (direction === 'include' && !types.includes(sourceType)) {
    const hint = `to follow it from what is included, write ${name}:iterate`
    const diagnostics = `Parameter '${name}': matches are of type ${types.join(', ')}, not ${sourceType}; ${hint}`
    return malformed(name, diagnostics)
  }
  const isReached = (type: string) => (targetType ?? type) === type && (!targets || targets.includes(type))
  if (direction === 'revinclude' && !types.some(isReached)) {
    return malformed(name, `Parameter '${name}': ${source} does not lead to matches of type ${types.join(', ')}`)
  }
  return undefined
}
