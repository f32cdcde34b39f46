import { fault } from '../../fault.ts'
import type { Parameters } from '../../fhir-service.ts'

export interface ConnectionPage {
  readonly parameters: Parameters
  /** How many matches lie before the page, or, with `ends`, before its end. null: nobody has counted. */
  readonly offset: number | null
  readonly ends?: true
  /** The criterion that matches are held against. */
  readonly fhirpath?: string
}

/**
 * A cursor stands for a whole page: its search, and where it starts. It needs no seal: what leads into the result is
 * the search's own cursor, which is sealed together with the parameters; the rest anyone may ask for.
 */
export const encodePage = (type: string, { parameters, offset, ends, fhirpath }: ConnectionPage): string =>
  Buffer.from(JSON.stringify([type, offset, parameters, fhirpath ?? null, ends ?? false])).toString('base64url')

/** @throws Fault invalid where it is no cursor of a search of this type. */
export function decodePage(type: string, cursor: string): ConnectionPage {
  const page = parse(cursor)
  if (!Array.isArray(page) || page.length !== 5) throw refusal('The cursor was not made by this server')
  const [madeFor, offset, parameters, fhirpath, ends] = page
  const isPage = isOffset(offset) && isParameters(parameters) && typeof ends === 'boolean'
  if (!isPage || (fhirpath !== null && typeof fhirpath !== 'string')) {
    throw refusal('The cursor was not made by this server')
  }
  if (madeFor !== type) throw refusal(`The cursor belongs to a search of another type than ${type}`)
  return { parameters, offset, ...(fhirpath !== null && { fhirpath }), ...(ends && { ends }) }
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

const isParameters = (value: unknown): value is Parameters =>
  Array.isArray(value) &&
  value.some(pair => Array.isArray(pair) && pair[0] === '_count') &&
  value.every(pair => Array.isArray(pair) && pair.length === 2 && pair.every(item => typeof item === 'string'))

const isOffset = (value: unknown): value is number | null =>
  value === null || (Number.isSafeInteger(value) && Number(value) >= 0)

const refusal = (diagnostics: string) => fault('invalid', diagnostics, { code: 'value', expression: ['_cursor'] })
