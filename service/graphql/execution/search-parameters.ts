import { searchParameterCode } from '#schema/names.ts'
import { fault } from '../../fault.ts'
import type { Parameters } from '../../fhir-service.ts'
import type { JsonValue } from '../../resource/content.ts'
import { textOfScalar } from '../../resource/json.ts'
import { type ArgumentValues, listOf } from '../plan/argument-values.ts'

/** The arguments of a search field, as far as search itself is told of them. */
export interface SearchArguments {
  /** Criteria and sort order. */
  readonly parameters: Parameters
  /** undefined: everything there is. */
  readonly count: number | undefined
  readonly cursor: string | undefined
  /** A criterion that the server evaluates on the matches. R4 graphql.html#searching */
  readonly fhirpath: string | undefined
}

/** Arguments that are no search parameter. */
const OTHERS: ReadonlySet<string> = new Set(['_count', '_cursor', '_reference', 'fhirpath'])

/** Those whose value is one text, commas and all. */
const WHOLE: ReadonlySet<string> = new Set(['_sort', '_filter'])

/** @throws Fault where an argument is out of range or not supported. */
export function searchArgumentsOf(values: ArgumentValues, countMax: number): SearchArguments {
  const parameters: (readonly [string, string])[] = []
  for (const [name, value] of values) {
    if (WHOLE.has(name)) parameters.push([name, textOfScalar(value)])
    else if (!OTHERS.has(name)) parameters.push([searchParameterCode(name), parameterValue(name, value)])
  }
  const [cursor, fhirpath] = [textArgument(values, '_cursor'), textArgument(values, 'fhirpath')]
  return { parameters, count: countOf(values, countMax), cursor, fhirpath }
}

function textArgument(values: ArgumentValues, name: string): string | undefined {
  const value = values.get(name)
  return value === undefined ? undefined : textOfScalar(value)
}

function countOf(values: ArgumentValues, countMax: number): number | undefined {
  const count = values.get('_count')
  if (count === undefined) return undefined
  if (typeof count === 'number' && count >= 0 && count <= countMax) return count
  throw fault('invalid', `The argument "_count" must be a number from 0 to ${countMax}`, {
    code: 'value',
    expression: ['_count'],
  })
}

/** R4 graphql.html#searching: values in a list are alternatives. In the REST search that is a comma. */
function parameterValue(name: string, value: JsonValue): string {
  const items = listOf(value)
  if (items.length === 0) {
    // Without a value the search would be wider than what was asked for.
    throw fault('invalid', `The argument "${name}" must not be an empty list`, { code: 'value', expression: [name] })
  }
  return items.map(item => escapeComma(textOfScalar(item))).join(',')
}

/** A comma inside of a value is part of it; what is escaped already stays so. R4 search.html#escaping */
const escapeComma = (text: string): string => text.replace(/\\.|,/g, match => (match === ',' ? '\\,' : match))
