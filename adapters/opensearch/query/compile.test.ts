import { describe, expect, test } from 'vitest'
import type { Comparator, Node } from '#service/search/ast.ts'
import { searchParameter } from '#test/support/search-parameter.ts'
import { parameterKey } from '../document/parameter-key.ts'
import { ALL, NONE } from './clause.ts'
import { compileNode, type JoinNode } from './compile.ts'

const parameter = (code: string) => searchParameter('Observation', code)
const key = (code: string) => parameterKey(parameter(code))

const joined = (join: JoinNode) => ({ term: { link: `${join.kind} of ${join.parameter.code}` } })

const compiled = (node: Node) => compileNode(node, { type: 'Observation', joined })

describe('nodes on the resource', () => {
  test('by id, compartment and presence', () => {
    expect(compiled({ kind: 'everything' })).toBe(ALL)
    expect(compiled({ kind: 'nothing' })).toBe(NONE)
    expect(compiled({ kind: 'id', ids: ['1', '2', '1'] })).toEqual({ terms: { id: ['1', '2'] } })
    expect(compiled({ kind: 'compartment', compartment: 'Patient/1' })).toEqual({ term: { compartment: 'Patient/1' } })
    const missing = { kind: 'missing', parameter: parameter('code') } as const
    expect(compiled({ ...missing, missing: false })).toEqual({ term: { present: key('code') } })
    expect(compiled({ ...missing, missing: true })).toEqual({
      bool: { must_not: [{ term: { present: key('code') } }] },
    })
  })

  test('ids and times of change are fields of their own, for this type alone', () => {
    const id = { kind: 'token', parameter: parameter('_id'), code: '1' } as const
    expect(compiled({ ...id, system: undefined })).toEqual({ term: { id: '1' } })
    expect(compiled({ ...id, system: '' })).toEqual({ term: { id: '1' } })
    expect(compiled({ ...id, system: 's' })).toBe(NONE)
    expect(compiled({ ...id, system: '', code: undefined })).toBe(ALL)
    expect(compiled({ ...id, system: '', parameter: searchParameter('Patient', '_id') })).toBe(NONE)
    expect(compiled({ kind: 'missing', parameter: parameter('_id'), missing: true })).toBe(NONE)
    expect(compiled({ kind: 'missing', parameter: searchParameter('Patient', '_id'), missing: true })).toBe(ALL)
    const changed = { kind: 'date', parameter: parameter('_lastUpdated'), low: 10, high: 20 } as const
    expect(compiled({ ...changed, comparator: 'eq' })).toEqual({
      bool: { filter: [{ range: { lastUpdated: { gte: 10 } } }, { range: { lastUpdated: { lte: 19 } } }] },
    })
    expect(compiled({ ...changed, comparator: 'gt' })).toEqual({ range: { lastUpdated: { gt: 19 } } })
  })

  test('joins are what they have become', () => {
    const query = { type: 'Patient', where: { kind: 'everything' } } as const
    expect(compiled({ kind: 'not', node: { kind: 'chain', parameter: parameter('subject'), query } })).toEqual({
      bool: { must_not: [{ term: { link: 'chain of subject' } }] },
    })
  })
})

describe('nodes on text', () => {
  test('tokens', () => {
    const token = (system: string | undefined, code: string | undefined) =>
      compiled({ kind: 'token', parameter: parameter('code'), system, code })
    expect([token('s', 'c'), token(undefined, 'c'), token('', 'c'), token('s', undefined)]).toEqual(
      ['t:s|c', 'c:c', 't:|c', 's:s'].map(text => ({ term: { token: key('code') + text } })),
    )
    expect(token(undefined, undefined)).toEqual({ term: { present: key('code') } })
  })

  test('thousands of tokens are one clause', () => {
    const codes = Array.from({ length: 3000 }, (_, index) => String(index))
    const nodes = codes.map(code => ({ kind: 'token', parameter: parameter('code'), system: undefined, code }) as const)
    expect(compiled({ kind: 'or', nodes })).toEqual({
      terms: { token: codes.map(code => `${key('code')}c:${code}`) },
    })
  })

  test('strings', () => {
    const string = (mode: 'starts' | 'contains' | 'exact', value: string) =>
      compiled({ kind: 'string', parameter: parameter('value-string'), mode, value })
    expect(string('starts', 'ann')).toEqual({ prefix: { string: `${key('value-string')}p:ann` } })
    expect(string('contains', 'n*n')).toEqual({ wildcard: { substring: `${key('value-string')}:*n\ufdd0n*` } })
    expect(string('exact', 'Ann')).toEqual({ term: { exact: `${key('value-string')}e:Ann` } })
  })

  test('references', () => {
    const target = { type: undefined, id: undefined, url: undefined, version: undefined }
    const reference = (wanted: Partial<Record<keyof typeof target, string>>) =>
      compiled({ kind: 'reference', parameter: parameter('subject'), ...target, ...wanted })
    const subject = key('subject')
    expect(reference({ type: 'Patient', id: '1' })).toEqual({ term: { link: `${subject}l:Patient/1` } })
    expect(reference({ id: '1' })).toEqual({ term: { reference: `${subject}i:1` } })
    expect(reference({ id: '1', version: '2' })).toEqual({ term: { reference: `${subject}j:2|1` } })
    expect(reference({ type: 'Patient', id: '1', version: '2' })).toEqual({
      term: { reference: `${subject}m:2|Patient/1` },
    })
    expect(reference({ url: 'http://a' })).toEqual({ term: { reference: `${subject}u:http://a` } })
    expect(reference({ url: 'http://a', version: '2' })).toEqual({ term: { reference: `${subject}v:2|http://a` } })
    expect(reference({})).toBe(NONE)
  })

  test('URIs', () => {
    const uri = (mode: 'exact' | 'below' | 'above', value: string) =>
      compiled({ kind: 'uri', parameter: parameter('_profile'), mode, value })
    const at = `${key('_profile')}p:`
    expect(uri('exact', 'urn:a')).toEqual({ term: { uri: `${at}urn:a` } })
    expect(uri('below', 'urn:a')).toEqual({
      bool: { should: [{ prefix: { uri: `${at}urn:a/` } }, { term: { uri: `${at}urn:a` } }] },
    })
    expect(uri('below', 'urn:a/')).toEqual({ prefix: { uri: `${at}urn:a/` } })
    expect(uri('above', 'urn:a/b')).toEqual({
      terms: { uri: [`${at}urn:a/b`, `${at}urn:a`, `${at}urn:a/`] },
    })
  })
})

describe('nodes on ranges', () => {
  const low = (bounds: object) => ({ range: { 'date.low': bounds } })
  const high = (bounds: object) => ({ range: { 'date.high': bounds } })
  const DATES: Readonly<Record<Comparator, readonly object[]>> = {
    eq: [low({ gte: 10 }), high({ lte: 20 })],
    ne: [{ bool: { should: [low({ lt: 10 }), high({ gt: 20 })] } }],
    gt: [high({ gt: 20 })],
    lt: [low({ lt: 10 })],
    ge: [{ bool: { should: [high({ gt: 20 }), low({ gte: 10 })] } }],
    le: [{ bool: { should: [low({ lt: 10 }), high({ lte: 20 })] } }],
    sa: [low({ gte: 20 })],
    eb: [high({ lte: 10 })],
    ap: [low({ lt: 20 }), high({ gt: 10 })],
  }

  test.each(Object.entries(DATES))('a date with %s', (comparator, ranges) => {
    const node = { kind: 'date', parameter: parameter('date'), comparator: comparator as Comparator, low: 10, high: 20 }
    const filter = [{ term: { 'date.key': key('date') } }, ...ranges]
    expect(compiled(node as Node)).toEqual({
      nested: { path: 'date', query: { bool: { filter } }, score_mode: 'none' },
    })
  })

  const least = (bounds: object) => ({ range: { 'amount.low': bounds } })
  const most = (bounds: object) => ({ range: { 'amount.high': bounds } })
  const AMOUNTS: Readonly<Record<Comparator, readonly object[]>> = {
    eq: [least({ gte: 4.5 }), most({ lt: 5.5 })],
    ne: [{ bool: { should: [least({ lt: 4.5 }), most({ gte: 5.5 })] } }],
    gt: [most({ gt: 5 })],
    lt: [least({ lt: 5 })],
    ge: [most({ gte: 5 })],
    le: [least({ lte: 5 })],
    sa: [least({ gt: 5 })],
    eb: [most({ lt: 5 })],
    ap: [least({ lte: 5.5 }), most({ gte: 4.5 })],
  }

  test.each(Object.entries(AMOUNTS))('a number with %s', (comparator, ranges) => {
    const probability = searchParameter('RiskAssessment', 'probability')
    const searched = { comparator: comparator as Comparator, value: 5, low: 4.5, high: 5.5 }
    const node = { kind: 'number', parameter: probability, ...searched } as const
    const filter = [{ term: { 'amount.key': parameterKey(probability) } }, ...ranges]
    expect(compileNode(node, { type: 'RiskAssessment', joined })).toEqual({
      nested: { path: 'amount', query: { bool: { filter } }, score_mode: 'none' },
    })
  })

  test('a quantity has its unit in the same object', () => {
    const searched = { comparator: 'gt', value: 5, low: 4.5, high: 5.5 } as const
    const quantity = (system: string | undefined, code: string | undefined) =>
      compiled({ kind: 'quantity', parameter: parameter('value-quantity'), ...searched, system, code })
    const inside = (...filter: object[]) => ({
      nested: { path: 'amount', query: { bool: { filter } }, score_mode: 'none' },
    })
    const its = { term: { 'amount.key': key('value-quantity') } }
    const unit = (text: string) => ({ term: { 'amount.unit': text } })
    expect(quantity(undefined, undefined)).toEqual(inside(its, ...AMOUNTS.gt))
    expect(quantity('u', 'mg')).toEqual(inside(its, unit('t:u|mg'), ...AMOUNTS.gt))
    expect(quantity('u', undefined)).toEqual(inside(its, unit('s:u'), ...AMOUNTS.gt))
    expect(quantity(undefined, 'mg')).toEqual(inside(its, unit('c:mg'), ...AMOUNTS.gt))
  })
})
