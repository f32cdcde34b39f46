import { expect, test } from 'vitest'
import { documentWords, wordsOf } from './words.ts'

test.each<[string, readonly string[]]>([
  ['Très bien, très BIEN!', ['tres', 'bien']],
  ['http://loinc.org|8302-2', ['http', 'loinc', 'org', '8302', '2']],
  ['\u4e2d\u6587 5.4mg', ['\u4e2d\u6587', '5', '4mg']],
  ['...', []],
  [`${'x'.repeat(65)} ${'y'.repeat(64)}`, ['y'.repeat(64)]],
])('%s', (text, words) => {
  expect(wordsOf(text)).toEqual(words)
})

test('the narrative without its markup, and everything else', () => {
  const resource = {
    resourceType: 'Observation',
    id: 'o1',
    text: {
      status: 'generated',
      div: '<div xmlns="http://www.w3.org/1999/xhtml">Body<b>weight</b> of &#65;nn &amp; co&#xFFFFFF;</div>',
    },
    status: 'final',
    valueQuantity: { value: 70, unit: 'kg' },
    component: [{ code: { text: 'Left arm' } }],
    contained: [{ resourceType: 'Patient', text: { div: '<div title="hidden">Eve</div>' } }],
  }
  const narrative = ['body', 'weight', 'of', 'ann', 'co']
  expect(documentWords(resource)).toEqual({
    narrative,
    content: [...narrative, 'o1', 'final', '70', 'kg', 'left', 'arm', 'patient', 'eve'],
  })
})

test('what is long or deep is looked at soon', () => {
  const long = documentWords({ resourceType: 'Binary', id: 'b', data: 'QUJD'.repeat(1_000_000) })
  expect(long).toEqual({ narrative: [], content: ['b'] })
  expect(documentWords({ resourceType: 'Basic', id: 'b', text: { div: '<'.repeat(100_000) } }).content).toEqual(['b'])
})
