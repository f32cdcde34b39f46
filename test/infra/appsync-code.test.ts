/** The resolvers' own code, run as AppSync runs it: one file without modules, over its utilities. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CONTAINED, EMBEDDED } from '#service/graphql/execution/plain-copy.ts'
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
const failure = { message: 'There is none', errorType: 'not-found', errorInfo: { resourceType: 'OperationOutcome' } }

test('a root field sends what the door reads, and gives back data', () => {
  const { request, response } = load('root')
  expect(request({ args: { id: 'a' }, source: null, identity: { sub: 'me' }, info, request: { headers: {} } })).toEqual(
    {
      operation: 'Invoke',
      payload: { arguments: { id: 'a' }, source: null, identity: { sub: 'me' }, info: sent },
    },
  )
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
    payload: { arguments: { optional: false }, source, identity: null, info: sent },
  })
  const ask = (source: object) => request({ args: { optional: false }, source, identity: null, info })
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

test('what is for the gateway itself is refused', () => {
  expect(toldBy(() => load('internal').request({}))).toEqual(['unauthorized'])
})

test('no code has what APPSYNC_JS refuses', () => {
  for (const kind of ['root', 'nested', 'internal']) {
    const text = readFileSync(join(ROOT, 'infra/appsync', `${kind}.js`), 'utf8').replace(/^\/\*\*.*$/gm, '')
    expect(text).not.toMatch(/\b(async|await|class|while|try|throw|this|instanceof|new)\b|\+\+|--|for \(/)
    expect(Buffer.byteLength(text)).toBeLessThan(32_768)
  }
})
