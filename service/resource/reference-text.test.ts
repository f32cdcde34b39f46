import { expect, it } from 'vitest'
import { parseReference, type ReferenceText } from './reference-text.ts'

const literal = (type: string, id: string, base?: string, version?: string): ReferenceText => ({
  kind: 'literal',
  base,
  type,
  id,
  version,
})

const cases: [text: string, parsed: ReferenceText][] = [
  ['Patient/1', literal('Patient', '1')],
  ['Patient/a-B.9/_history/3', literal('Patient', 'a-B.9', undefined, '3')],
  ['Patient/1#part', literal('Patient', '1')],
  ['http://a.org/fhir/Patient/1', literal('Patient', '1', 'http://a.org/fhir')],
  ['https://a.org:8080/Patient/1/_history/2', literal('Patient', '1', 'https://a.org:8080', '2')],
  ['http://a.org/Thing/1', literal('Thing', '1', 'http://a.org')],
  ['#', { kind: 'contained', id: '' }],
  ['#a.b-1', { kind: 'contained', id: 'a.b-1' }],
  ['#a b', { kind: 'malformed' }],
  ['urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7', { kind: 'absolute' }],
  ['urn:oid:1.2.3', { kind: 'absolute' }],
  ['urn:uuid: 1', { kind: 'malformed' }],
  ['http://a.org/metadata', { kind: 'absolute' }],
  ['http://a.org/Patient/1?a=b', { kind: 'absolute' }],
  [
    'Practitioner?identifier=http://a.org|1',
    { kind: 'conditional', type: 'Practitioner', query: 'identifier=http://a.org|1' },
  ],
  ['Practitioner?', { kind: 'malformed' }],
  ['Patient', { kind: 'malformed' }],
  ['Patient/', { kind: 'malformed' }],
  ['Patient/a b', { kind: 'malformed' }],
  ['patient/1', { kind: 'malformed' }],
  ['/Patient/1', { kind: 'malformed' }],
  [`Patient/${'a'.repeat(65)}`, { kind: 'malformed' }],
  ['', { kind: 'malformed' }],
]

it.each(cases)('parseReference(%j)', (text, parsed) => {
  expect(parseReference(text)).toEqual(parsed)
})
