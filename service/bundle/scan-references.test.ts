import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonObject } from '../resource/content.ts'
import { conditionalType } from './links.ts'
import { scanReferences } from './scan-references.ts'

const found = (value: Parameters<typeof scanReferences>[0]): string[] => {
  const references: string[] = []
  scanReferences(value, reference => references.push(reference))
  return references
}

test('texts called reference, wherever they are', () => {
  expect(
    found({
      subject: { reference: 'a', display: 'reference' },
      performer: [{ reference: 'b' }, { reference: { reference: 'c' } }, { reference: ['d'] }, { reference: 1 }],
      contained: [{ resourceType: 'X', extension: [{ valueReference: { reference: 'e' } }] }],
      reference: null,
    }),
  ).toEqual(['a', 'b', 'c', 'e'])
  expect([undefined, null, 'reference', 1, true].flatMap(found)).toEqual([])
})

test('any JSON is walked, and all are found that its text shows', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(fc.string()), (noise, references) => {
      const value = { noise, list: references.map(reference => ({ x: { reference } })) } as JsonObject
      const seen = found(value)
      expect(seen.slice(seen.length - references.length)).toEqual(references)
    }),
  )
})

test.each([
  ['Practitioner?identifier=x', 'Practitioner'],
  ['Practitioner?', undefined],
  ['practitioner?identifier=x', undefined],
  ['Practitioner/1?x=y', undefined],
  ['http://x.example/Practitioner?identifier=x', undefined],
  ['urn:uuid:1', undefined],
])('%s is a conditional reference to %s', (link, type) => {
  expect(conditionalType(link)).toBe(type)
})
