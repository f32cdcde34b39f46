/** The one mapping: it names no search parameter, so a new one changes nothing here. */

import { SORT_COLUMNS } from './document/sort-text.ts'

/** Found by equality or prefix only: nothing to sort or to count by. */
const SEARCHED = { type: 'keyword', doc_values: false } as const
const KEYWORD = { type: 'keyword' } as const
const LONG = { type: 'long' } as const
const LENGTH = { type: 'long', index: false } as const

/**
 * An end of a range, and beside it what is sorted by. Sorting by an indexed field of nested objects fails in the engine
 * (AbstractNumericDocValues.advance): it takes a short cut through the index that is not there for such objects.
 */
const end = <Type extends 'long' | 'double'>(type: Type) =>
  ({ type, fields: { sort: { type, index: false } } }) as const

/** R4's composites have three components at the most, and quantities count twice. */
const COMPONENTS_MAX = 8

const COMPONENT_ENDS = Object.fromEntries(
  Array.from({ length: COMPONENTS_MAX }, (_, component) => [`low${component}`, `high${component}`])
    .flat()
    .map(name => [name, { type: 'double' }]),
)

const SORT_FIELDS = Object.fromEntries(
  Array.from({ length: SORT_COLUMNS }, (_, column) => [`text${column}`, { type: 'keyword', index: false }]),
)

export const MAPPING = {
  dynamic: 'strict',
  // A rebuild reads the resource store: what was written here need not be kept twice, nor be read by anybody.
  _source: { enabled: false },
  properties: {
    /** Tenant and type of what is alive: the filter of every search. */
    scope: SEARCHED,
    tenant: SEARCHED,
    type: SEARCHED,
    /** The key that breaks ties, and the default order. */
    id: KEYWORD,
    version: { type: 'long', index: false },
    lastUpdated: LONG,
    deleted: { type: 'boolean', doc_values: false },
    /** Generation of what extracted the values. */
    generation: LONG,
    compartment: SEARCHED,
    /** Keys of the parameters that have a value. */
    present: SEARCHED,
    token: SEARCHED,
    /** Local targets without version; joins read them back. */
    link: KEYWORD,
    reference: SEARCHED,
    uri: SEARCHED,
    /** Normalized strings in blocks. */
    string: SEARCHED,
    exact: SEARCHED,
    /** Characters of the texts that the words are of: how relevant they are. */
    narrativeLength: LENGTH,
    contentLength: LENGTH,
    /** Words of the narrative behind 'n:', of the whole resource behind 'c:'. */
    word: SEARCHED,
    /** Normalized strings for :contains. Doc values, because matching a candidate reads its text. */
    substring: { type: 'wildcard', doc_values: true },
    // Objects of their own, where several fields must be of one value. Values that are equal under several parameters
    // share an object that has all their keys.
    date: { type: 'nested', properties: { key: SEARCHED, low: end('long'), high: end('long') } },
    amount: { type: 'nested', properties: { key: SEARCHED, low: end('double'), high: end('double'), unit: SEARCHED } },
    /** Elements of composites: what is text in terms that begin with the number of their component. */
    composite: { type: 'nested', properties: { key: SEARCHED, term: SEARCHED, ...COMPONENT_ENDS } },
    position: { type: 'geo_point' },
    /** The least and the greatest text of each parameter, in the column of its key. */
    sort: { type: 'nested', properties: { key: SEARCHED, ...SORT_FIELDS } },
  },
} as const

export type Field = keyof typeof MAPPING.properties

export interface IndexSettings {
  /** 1 serves tens of gigabytes. */
  readonly shards: number
  /** up-to-one: one, where there is a second node for it. */
  readonly replicas: number | 'up-to-one'
  /** How long a write may stay unseen by searches. */
  readonly refreshIntervalMs: number
}

export const DEFAULT_SETTINGS: IndexSettings = { shards: 1, replicas: 'up-to-one', refreshIntervalMs: 1000 }

/** A resource with more values than this that need an object of their own can't be indexed. */
const NESTED_OBJECTS_MAX = 100_000

/** Body of a request that creates an index. */
export const indexBody = ({ shards, replicas, refreshIntervalMs }: IndexSettings) => ({
  settings: {
    number_of_shards: shards,
    ...(replicas === 'up-to-one' ? { auto_expand_replicas: '0-1' } : { number_of_replicas: replicas }),
    refresh_interval: `${refreshIntervalMs}ms`,
    'mapping.nested_objects.limit': NESTED_OBJECTS_MAX,
  },
  mappings: MAPPING,
})
