/** What the engine answers is either what there is or a fault: never less than there is. */
import { expect, test } from 'vitest'
import { tenantOf } from '#service/call.ts'
import { Fault } from '#service/fault.ts'
import { type EngineRequest, type EngineResponse, NoAnswer } from '../engine/engine.ts'
import { ALL } from '../query/clause.ts'
import { sortTerms } from '../query/sort-terms.ts'
import { IndexReader } from './index-reader.ts'

const PLACE = { prefix: 'fhir', routing: 'tenant' } as const
const NOW = 1000

async function answered(answer: EngineResponse | NoAnswer) {
  const requests: EngineRequest[] = []
  const engine = {
    async send(request: EngineRequest): Promise<EngineResponse> {
      requests.push(request)
      if (answer instanceof NoAnswer) throw answer
      return answer
    },
  }
  const reader = new IndexReader({ engine, place: PLACE, clock: { now: () => NOW } }, tenantOf('clinic'), NOW + 2500)
  const terms = sortTerms('Patient', [])
  const outcome = await reader.page({ type: 'Patient', clause: ALL, terms, size: 2 }).catch((error: unknown) => error)
  return { requests, outcome: Fault.is(outcome) ? [outcome.category, outcome.internal] : outcome }
}

test('nothing found is an answer', async () => {
  const { requests, outcome } = await answered({ status: 200, body: { timed_out: false } })
  expect(outcome).toEqual({ hits: [], total: 0 })
  expect(requests.map(({ path, query, body }) => [path, query, JSON.parse(body ?? '').timeout])).toEqual([
    [
      '/fhir-read/_search',
      {
        routing: 'clinic',
        allow_partial_search_results: 'false',
        filter_path: expect.stringContaining('timed_out'),
      },
      '2500ms',
    ],
  ])
})

/** What a node answers. */
const timeUp = (cause: object) => ({
  status: 500,
  body: { error: { root_cause: [cause], type: 'search_phase_execution_exception', reason: 'all shards failed' } },
})

test.each([
  [
    'ended by the time',
    timeUp({ type: 'query_phase_execution_exception', reason: 'Time exceeded' }),
    ['too-costly', undefined],
  ],
  ['ended before it began', timeUp({ type: 'time_exceeded_exception', reason: null }), ['too-costly', undefined]],
  ['found in part', { status: 200, body: { timed_out: true, hits: { hits: [] } } }, ['too-costly', undefined]],
  ['no JSON', { status: 200, body: undefined }, ['unavailable', 'an answer to a search that is none']],
  ['of something else', { status: 200, body: {} }, ['unavailable', 'an answer to a search that is none']],
  ['of a shard that failed', { status: 503, body: undefined }, ['unavailable', 'status 503, no cause']],
  ['late', new NoAnswer('late'), ['too-costly', undefined]],
  ['not there', new NoAnswer('unreachable'), ['unavailable', 'unreachable: no answer']],
])('an answer that is %s is a fault', async (_which, answer, expected) => {
  expect((await answered(answer)).outcome).toEqual(expected)
})
