import { fault } from '../../fault.ts'
import type { Parameters } from '../../fhir-service.ts'

export interface ConnectionPage {
  readonly parameters: Parameters
  readonly offset: number
  /** The criterion that matches are held against. */
  readonly fhirpath?: string
  /** Pages before this one, first to last. */
  readonly before?: readonly PagePosition[]
}

/** Where a page starts, and the search's cursor that leads there; '' leads to the first. */
export type PagePosition = readonly [offset: number, cursor: string]

/**
 * A cursor stands for a whole page: its search, and where it starts. It needs no seal: what leads into the result is
 * the search's own cursor, which is sealed together with the parameters; the rest anyone may ask for.
 */
export const encodePage = (type: string, { parameters, offset, fhirpath, before = [] }: ConnectionPage): string =>
  Buffer.from(JSON.stringify([type, offset, parameters, fhirpath ?? null, before])).toString('base64url')

/** @throws Fault invalid where it is no cursor of a search of this type. */
export function decodePage(type: string, cursor: string): ConnectionPage {
  const page = parse(cursor)
  if (!Array.isArray(page) || page.length !== 5) throw refusal('The cursor was not made by this server')
  const [madeFor, offset, parameters, fhirpath, before] = page
  const isPage = isOffset(offset) && isParameters(parameters) && isPositions(before)
  if (!isPage || (fhirpath !== null && typeof fhirpath !== 'string')) {
    throw refusal('The cursor was not made by this server')
  }
  if (madeFor !== type) throw refusal(`The cursor belongs to a search of another type than ${type}`)
  return { parameters, offset, ...(fhirpath !== null && { fhirpath }), ...(before.length > 0 && { before }) }
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

const isOffset = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

const isPositions = (value: unknown): value is readonly PagePosition[] =>
  Array.isArray(value) &&
  value.every(each => Array.isArray(each) && each.length === 2 && isOffset(each[0]) && typeof each[1] === 'string')

const refusal = (diagnostics: string) => fault('invalid', diagnostics, { code: 'value', expression: ['_cursor'] })
