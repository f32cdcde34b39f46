/** The resolvers' own code, run as AppSync runs it: one file without modules, over its utilities. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { type FieldNode, Kind } from 'graphql'
import { expect, test } from 'vitest'
import { CONTAINED, EMBEDDED } from '#service/graphql/execution/plain-copy.ts'
import type { FieldDefinition } from '#service/graphql/model/type-model.ts'
import { listNarrowingOf, narrow } from '#service/graphql/plan/list-narrowing.ts'
import { prefetchKey } from '#service/graphql/plan/prefetch-key.ts'
import { ROOT } from './synthesize.ts'

interface ResolverCode {
  request(context: object): unknown
  response(context: object): unknown
}

class Ended extends Error {
  readonly told: readonly unknown[]

  constructor(...told: readonly unknown[]) {
    super(String(told[0]))
    this.told = told
  }
}

const utilities = {
  util: {
    error: (...told: readonly unknown[]) => {
      throw new Ended('error', ...told)
    },
    unauthorized: () => {
      throw new Ended('unauthorized')
    },
  },
  runtime: {
    earlyReturn: (result: unknown) => {
      throw new Ended('early', result)
    },
  },
}

function load(kind: string): ResolverCode {
  const source = readFileSync(join(ROOT, 'infra/appsync', `${kind}.js`), 'utf8')
  const script = source.replace(/^import .*$/m, '').replaceAll('export function', 'function')
  return new Function('util', 'runtime', `'use strict';${script}\nreturn { request, response }`)(
    utilities.util,
    utilities.runtime,
  ) as ResolverCode
}

function toldBy(run: () => unknown): readonly unknown[] {
  try {
    run()
  } catch (error) {
    if (error instanceof Ended) return error.told
    throw error
  }
  return ['nothing']
}

const info = {
  fieldName: 'resource',
  parentTypeName: 'Reference',
  variables: {},
  selectionSetGraphQL: '{ id }',
  selectionSetList: ['id'],
}
const sent = {
  fieldName: 'resource',
  parentTypeName: 'Reference',
  variables: {},
  selectionSetGraphQL: '{ id }',
}
/** Of the headers one goes on. */
const asking = { request: { headers: { prefer: 'a=b', authorization: 'secret' } } }
const preferring = { request: { headers: { prefer: 'a=b' } } }
const failure = { message: 'There is none', errorType: 'not-found', errorInfo: { resourceType: 'OperationOutcome' } }

test('a root field sends what the door reads, and gives back data', () => {
  const { request, response } = load('root')
  expect(request({ args: { id: 'a' }, source: null, identity: { sub: 'me' }, info, ...asking })).toEqual({
    operation: 'Invoke',
    payload: { arguments: { id: 'a' }, source: null, identity: { sub: 'me' }, info: sent, ...preferring },
  })
  expect(response({ result: { data: { id: 'a' } } })).toEqual({ id: 'a' })
})

test('an outcome that is an error becomes one, with its OperationOutcome', () => {
  const expected = ['error', failure.message, failure.errorType, null, failure.errorInfo]
  expect(toldBy(() => load('root').response({ result: { error: failure } }))).toEqual(expected)
  expect(toldBy(() => load('nested').response({ result: { error: failure } }))).toEqual(expected)
  const broken = { error: { message: 'Timed out', type: 'Lambda:Unhandled' }, result: null }
  expect(toldBy(() => load('root').response(broken))).toEqual(['error', 'Timed out', 'Lambda:Unhandled'])
})

test('a nested field ends with what was prefetched under its arguments', () => {
  const { request } = load('nested')
  const source = {
    reference: 'Patient/a',
    'resource()': { data: { id: 'a' } },
    'resource({"optional":["true"]})': { data: null },
    'resource({"type":["Group"]})': { error: failure },
  }
  const ask = (args: object) => toldBy(() => request({ args, source, info }))
  expect(ask({})).toEqual(['early', { id: 'a' }])
  expect(ask({ type: null, optional: true })).toEqual(['early', null])
  expect(ask({ type: 'Group' })).toEqual(['error', failure.message, failure.errorType, null, failure.errorInfo])
})

test('a nested field that was not prefetched goes into a batch, with no more of its source than finds it', () => {
  const { request } = load('nested')
  const batch = (source: object) => ({
    operation: 'BatchInvoke',
    payload: { arguments: { optional: false }, source, identity: null, info: sent, ...preferring },
  })
  const ask = (source: object) => request({ args: { optional: false }, source, identity: null, info, ...asking })
  const contained = { resourceType: 'Patient', id: 'p' }
  expect(ask({ reference: 'Patient/a', display: 'Ann', 'resource()': { data: null } })).toEqual(
    batch({ reference: 'Patient/a' }),
  )
  expect(ask({ reference: '#p', [CONTAINED]: contained })).toEqual(batch({ reference: '#p', [CONTAINED]: contained }))
  expect(ask({ id: 'a', name: [], [EMBEDDED]: true })).toEqual(batch({ id: 'a', [EMBEDDED]: true }))
})

test.each([
  ['ConditionList', { _reference: 'patient', code: ['a|b', null, 'c'], _count: 5 }],
  ['ConditionList', { _reference: 'patient', _sort: null }],
  ['resource', { optional: true, type: 'Patient' }],
  ['resource', {}],
])('%s %j has the name under which the service prefetches', (fieldName, args) => {
  const key = prefetchKey(fieldName, Object.entries(args))
  const context = { args, source: { [key]: { data: 'found' } }, info: { ...info, fieldName } }
  expect(toldBy(() => load('nested').request(context))).toEqual(['early', 'found'])
})

const names = fc.array(
  fc.record(
    { use: fc.constantFrom('usual', 'official'), family: fc.constantFrom('A', 'B'), rank: fc.integer() },
    {
      requiredKeys: [],
    },
  ),
)
const given = fc.record(
  {
    use: fc.constantFrom('usual', null),
    family: fc.constantFrom('A', 'C'),
    rank: fc.constantFrom('0', '1'),
    _offset: fc.constantFrom(0, 1, 2, null),
    _count: fc.constantFrom(0, 1, 3, null),
  },
  { requiredKeys: [] },
)

test('a list with arguments keeps what $graphql keeps of it', () => {
  const { request } = load('filter')
  fc.assert(
    fc.property(names, given, (list, args) => {
      const values = Object.entries(args).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]))
      const node: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: 'name' } }
      const narrowing = listNarrowingOf({} as FieldDefinition, node, new Map(values), undefined)
      const expected = narrowing ? narrow(list, narrowing) : list
      const context = { args, source: { name: list }, info: { ...info, fieldName: 'name' } }
      expect(toldBy(() => request(context))).toEqual(['early', expected])
    }),
  )
})

test('a list with arguments that make no sense is refused, and no list stays none', () => {
  const { request } = load('filter')
  const ask = (args: object, source: object) =>
    toldBy(() => request({ args, source, info: { ...info, fieldName: 'name' } }))
  expect(ask({ use: 'usual' }, { name: null })).toEqual(['early', null])
  expect(ask({ use: 'usual' }, {})).toEqual(['early', null])
  const diagnostics = 'The argument "_count" must be 0 or more'
  const issue = [{ severity: 'error', code: 'value', diagnostics, expression: ['_count'] }]
  expect(ask({ _count: -1 }, { name: [] })).toEqual([
    'error',
    diagnostics,
    'BadRequest',
    null,
    { category: 'invalid', resource: { resourceType: 'OperationOutcome', issue } },
  ])
})

test('what is for the gateway itself is for roles of the account, and goes to subscribers as it came', () => {
  for (const identity of [null, undefined, { claims: { sub: 'ann' }, sub: 'ann' }])
    expect(toldBy(() => load('internal').request({ identity, args: {} }))).toEqual(['unauthorized'])
  const args = { tenant: 'default', resourceType: 'Patient', id: 'a' }
  const identity = { accountId: '123456789012', userArn: 'arn:aws:sts::123456789012:assumed-role/publish/s' }
  expect(load('internal').request({ identity, args })).toEqual({ payload: args })
  expect(load('internal').response({ result: args })).toEqual(args)
})

test('no code has what APPSYNC_JS refuses', () => {
  for (const kind of ['root', 'nested', 'filter', 'internal', 'subscription']) {
    const text = readFileSync(join(ROOT, 'infra/appsync', `${kind}.js`), 'utf8').replace(/^\/\*\*.*$/gm, '')
    expect(text).not.toMatch(/\b(async|await|class|while|try|throw|this|instanceof|new)\b|\+\+|--|for \(/)
    expect(Buffer.byteLength(text)).toBeLessThan(32_768)
  }
})
