import type { SearchParameterType } from '../tables.ts'

const uris = ['uri', 'url', 'canonical', 'oid', 'uuid']

/**
 * FHIR types whose values each type of search parameter can hold (R4 search.html#ptypes and the tables below it). A
 * Range or SampledData counts as a quantity because R4's own expressions name them: such a search is on their bounds.
 * `composite` and `special` take what their expression selects, whatever it is.
 */
export const valueTypes: Readonly<Record<SearchParameterType, readonly string[] | 'any'>> = {
  number: ['integer', 'unsignedInt', 'positiveInt', 'decimal'],
  date: ['date', 'dateTime', 'instant', 'Period', 'Timing'],
  string: ['string', 'markdown', 'HumanName', 'Address'],
  token: ['code', 'Coding', 'CodeableConcept', 'Identifier', 'ContactPoint', 'boolean', 'string', 'id', ...uris],
  reference: ['Reference', 'canonical', 'uri', 'url'],
  quantity: ['Quantity', 'Age', 'Count', 'Distance', 'Duration', 'Money', 'Range', 'SampledData'],
  uri: uris,
  composite: 'any',
  special: 'any',
}
