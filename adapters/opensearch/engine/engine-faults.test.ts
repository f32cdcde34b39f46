import { expect, test } from 'vitest'
import { Fault } from '#service/fault.ts'
import { NoAnswer } from './engine.ts'
import { refused, unanswered } from './engine-faults.ts'

const seen = (error: unknown) =>
  Fault.is(error)
    ? [error.category, error.message, error.retryAfterSeconds, error.internal]
    : error instanceof Error && ['bug', error.message]

const error = (type: string, reason: string) => ({
  error: { root_cause: [{ type, reason }], type: 'search_phase_execution_exception', reason: 'all shards failed' },
})

const UNAVAILABLE = 'The search index does not answer at the moment: try again later.'
const COMPLEX = 'The search has more conditions, or longer texts, than the index can look for at once.'

test.each([
  [429, undefined, ['throttled', 'The search index is busy: try again later.', 1, 'status 429, no cause']],
  [503, 'text', ['unavailable', UNAVAILABLE, 5, 'status 503, no cause']],
  [
    404,
    { error: { type: 'index_not_found_exception' } },
    ['unavailable', UNAVAILABLE, 5, 'status 404, index_not_found_exception'],
  ],
  [403, { Message: 'not authorized' }, ['unavailable', UNAVAILABLE, 5, 'status 403, no cause']],
  [
    500,
    error('too_many_nested_clauses', 'Query contains too many nested clauses; maxClauseCount is set to 1024'),
    ['too-costly', COMPLEX, undefined, 'status 500, search_phase_execution_exception, too_many_nested_clauses'],
  ],
  [
    400,
    error('query_shard_exception', 'failed to create query: Determinizing automaton with 2008 states'),
    ['too-costly', COMPLEX, undefined, 'status 400, search_phase_execution_exception, query_shard_exception'],
  ],
  [
    400,
    error('parsing_exception', 'no [query] registered for [Smith]'),
    ['bug', 'The search engine refused a request: status 400, search_phase_execution_exception, parsing_exception'],
  ],
])('a refusal with status %i becomes what the caller can act upon', (status, body, expected) => {
  expect(seen(refused({ status, body }))).toEqual(expected)
})

test('no answer is not available; anything else stays what it is', () => {
  const cause = new NoAnswer('unreachable', new Error('connect ECONNREFUSED'))
  const fault = unanswered(cause)
  expect(seen(fault)).toEqual(['unavailable', UNAVAILABLE, 5, 'unreachable: connect ECONNREFUSED'])
  expect(Fault.is(fault) && fault.cause).toBe(cause)
  expect(seen(unanswered(new NoAnswer('late')))).toEqual(['unavailable', UNAVAILABLE, 5, 'late: no answer'])
  const bug = new TypeError('x')
  expect(unanswered(bug)).toBe(bug)
})
