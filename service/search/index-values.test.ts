import { expect, test } from 'vitest'
import type { SearchParameterType } from '#schema/tables.ts'
import { tenantOf } from '../call.ts'
import { createDefinitions } from '../definitions.ts'
import type { JsonValue } from '../resource/content.ts'
import { parseJson } from '../resource/json.ts'
import { DATE_MAX, DATE_MIN, type IndexValue, NUMBER_MAX, NUMBER_MIN } from './document.ts'
import { converterFor } from './index-values.ts'

function valuesOf(kind: SearchParameterType, elementType: string, element: JsonValue): IndexValue[] {
  const sink = {
    values: [] as IndexValue[],
    basePrefix: 'http://localhost/fhir/',
    isResourceType: (name: string) => name === 'Patient',
  }
  converterFor(kind, elementType, code => (code === 'male' ? 'http://hl7.org/fhir/administrative-gender' : ''))?.(
    element,
    sink,
  )
  return sink.values
}

const token = (system: string, code: string) => ({ kind: 'token', system, code })
const text = (value: string, normalized: string) => ({ kind: 'string', value, normalized })
const reference = (type?: string, id?: string, url?: string, version?: string) => ({
  kind: 'reference',
  type,
  id,
  url,
  version,
})
const dates = (low: string | number, high: string | number) => ({
  kind: 'date',
  low: typeof low === 'string' ? Date.parse(low) : low,
  high: typeof high === 'string' ? Date.parse(high) : high,
})
const quantity = (low: number, high: number, unit: string, code = unit, system = 'http://unitsofmeasure.org') => ({
  kind: 'quantity',
  low,
  high,
  system,
  code,
  unit,
})
const mg = { unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' }
const raw = (json: string): JsonValue => parseJson(json)

test.each<[SearchParameterType, string, JsonValue, unknown[]]>([
  [
    'token',
    'CodeableConcept',
    { coding: [{ system: 's', code: 'c' }, { code: 'd' }, { display: 'x' }], text: 't' },
    [token('s', 'c'), token('', 'd')],
  ],
  ['token', 'CodeableConcept', { text: 't' }, []],
  ['token', 'Coding', { system: 's' }, [token('s', '')]],
  ['token', 'Identifier', { system: 's', value: 'v', type: { text: 'x' } }, [token('s', 'v')]],
  ['token', 'ContactPoint', { system: 'phone', value: '555' }, [token('phone', '555')]],
  ['token', 'code', 'male', [token('http://hl7.org/fhir/administrative-gender', 'male')]],
  ['token', 'code', 'other', [token('', 'other')]],
  ['token', 'boolean', false, [token('http://terminology.hl7.org/CodeSystem/special-values', 'false')]],
  ['token', 'id', 'a', [token('', 'a')]],
  ['token', 'string', '1.0', [token('', '1.0')]],
  ['token', 'uri', 'urn:a', [token('', 'urn:a')]],
  ['string', 'string', 'Zoë ', [text('Zoë ', 'zoe')]],
  ['string', 'markdown', 'a  b', [text('a  b', 'a b')]],
  [
    'string',
    'HumanName',
    {
      use: 'official',
      family: 'Berg',
      given: ['Ann', null, 'Bo'],
      prefix: ['Dr'],
      suffix: ['II'],
      text: 'Dr Ann Berg',
    },
    [
      text('Berg', 'berg'),
      text('Ann', 'ann'),
      text('Bo', 'bo'),
      text('Dr', 'dr'),
      text('II', 'ii'),
      text('Dr Ann Berg', 'dr ann berg'),
    ],
  ],
  [
    'string',
    'Address',
    { use: 'home', line: ['1 Way'], city: 'C', district: 'D', state: 'S', postalCode: '12', country: 'X', text: 'T' },
    [
      text('1 Way', '1 way'),
      text('C', 'c'),
      text('D', 'd'),
      text('S', 's'),
      text('12', '12'),
      text('X', 'x'),
      text('T', 't'),
    ],
  ],
  ['reference', 'Reference', { reference: 'Patient/1' }, [reference('Patient', '1')]],
  [
    'reference',
    'Reference',
    { reference: 'http://localhost/fhir/Patient/1/_history/3' },
    [reference('Patient', '1', undefined, '3')],
  ],
  [
    'reference',
    'Reference',
    { reference: 'http://x.org/Patient/1' },
    [reference(undefined, undefined, 'http://x.org/Patient/1')],
  ],
  ['reference', 'Reference', { reference: '#a' }, []],
  ['reference', 'Reference', { identifier: { value: '1' }, display: 'd' }, []],
  ['reference', 'canonical', 'http://x.org/q|2', [reference(undefined, undefined, 'http://x.org/q', '2')]],
  ['reference', 'uri', 'urn:oid:1', [reference(undefined, undefined, 'urn:oid:1')]],
  ['reference', 'Composition', { resourceType: 'Composition', id: 'c' }, [reference('Composition', 'c')]],
  ['reference', 'Composition', { resourceType: 'Composition' }, []],
  ['uri', 'uri', 'http://x.org|1', [{ kind: 'uri', value: 'http://x.org|1' }]],
  [
    'uri',
    'canonical',
    'http://x.org|1',
    [
      { kind: 'uri', value: 'http://x.org|1' },
      { kind: 'uri', value: 'http://x.org' },
    ],
  ],
  ['date', 'date', '2013-01', [dates('2013-01-01', '2013-02-01')]],
  ['date', 'instant', '2013-01-01T00:00:00.000Z', [dates('2013-01-01', Date.parse('2013-01-01') + 1)]],
  ['date', 'dateTime', 'nonsense', []],
  ['date', 'Period', { start: '2013', end: '2014' }, [dates('2013-01-01', '2015-01-01')]],
  ['date', 'Period', { start: '2013' }, [dates('2013-01-01', DATE_MAX)]],
  ['date', 'Period', { end: '2013' }, [dates(DATE_MIN, '2014-01-01')]],
  ['date', 'Period', {}, []],
  ['date', 'Period', { start: '2014', end: '2013' }, [dates('2013-01-01', '2015-01-01')]],
  ['date', 'Timing', { event: ['2014', '2012'] }, [dates('2012-01-01', '2015-01-01')]],
  [
    'date',
    'Timing',
    { event: ['2014'], repeat: { boundsPeriod: { start: '2013-01-01' } } },
    [dates('2013-01-01', DATE_MAX)],
  ],
  ['date', 'Timing', { repeat: { frequency: 1 } }, []],
  ['number', 'decimal', 1.5, [{ kind: 'number', low: 1.5, high: 1.5 }]],
  ['number', 'decimal', raw('1.50'), [{ kind: 'number', low: 1.5, high: 1.5 }]],
  ['number', 'decimal', raw('-0.0'), [{ kind: 'number', low: 0, high: 0 }]],
  ['number', 'decimal', raw('1e999'), []],
  ['number', 'integer', 3, [{ kind: 'number', low: 3, high: 3 }]],
  ['quantity', 'Quantity', { value: raw('5.40'), ...mg }, [quantity(5.4, 5.4, 'mg')]],
  ['quantity', 'Quantity', { value: 5 }, [quantity(5, 5, '', '', '')]],
  ['quantity', 'Quantity', { value: 5, comparator: '<', ...mg }, [quantity(NUMBER_MIN, 5, 'mg')]],
  ['quantity', 'Quantity', { value: 5, comparator: '>=', ...mg }, [quantity(5, NUMBER_MAX, 'mg')]],
  ['quantity', 'Quantity', { unit: 'mg' }, []],
  [
    'quantity',
    'Age',
    { value: 5, unit: 'years', system: 'http://unitsofmeasure.org', code: 'a' },
    [quantity(5, 5, 'years', 'a')],
  ],
  ['quantity', 'Money', { value: 9.5, currency: 'EUR' }, [quantity(9.5, 9.5, 'EUR', 'EUR', 'urn:iso:std:iso:4217')]],
  ['quantity', 'Money', { value: 9.5 }, [quantity(9.5, 9.5, '', '', '')]],
  ['quantity', 'Range', { low: { value: 1, ...mg }, high: { value: 2, ...mg } }, [quantity(1, 2, 'mg')]],
  ['quantity', 'Range', { high: { value: 2, ...mg } }, [quantity(NUMBER_MIN, 2, 'mg')]],
  ['quantity', 'Range', { low: mg }, []],
  ['quantity', 'Range', { low: { value: 2, ...mg }, high: { value: 1, ...mg } }, [quantity(1, 2, 'mg')]],
  ['quantity', 'SampledData', { origin: { value: 1 } }, []],
])('%s of %s %j', (kind, elementType, element, values) => {
  expect(valuesOf(kind, elementType, element)).toEqual(values)
})

test('every path of every R4 parameter ends at a type that has values', () => {
  const definitions = createDefinitions().for(tenantOf('test'))
  const without = new Set<string>()
  for (const type of definitions.resourceTypes) {
    for (const parameter of definitions.searchParameters(type).values()) {
      if (parameter.kind === 'composite' || parameter.kind === 'special') continue
      for (const path of parameter.paths) {
        if (!converterFor(parameter.kind, path.type, () => '')) without.add(`${parameter.kind} of ${path.type}`)
      }
    }
  }
  expect([...without]).toEqual([])
})
