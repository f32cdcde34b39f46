import { expect, test } from 'vitest'
import { rawNumber } from '../resource/json.ts'
import { distinctWords } from './normalize.ts'
import { documentWords, wordsOf } from './words.ts'

function wordsIn(resource: Parameters<typeof documentWords>[0]) {
  const { narrative, content } = documentWords(resource)
  return { narrative: [...distinctWords(narrative)], content: [...distinctWords(content)] }
}

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
  expect(wordsIn(resource)).toEqual({
    narrative,
    content: [...narrative, 'o1', 'final', '70', 'kg', 'left', 'arm', 'patient', 'eve'],
  })
})

test('a decimal counts as it is written', () => {
  const { content } = wordsIn({ resourceType: 'Observation', valueQuantity: { value: rawNumber('72.50') } })
  expect(content).toEqual(['72', '50'])
})

test('what is long or deep is looked at soon', () => {
  const long = wordsIn({ resourceType: 'Binary', id: 'b', data: 'QUJD'.repeat(1_000_000) })
  expect(long).toEqual({ narrative: [], content: ['b'] })
  expect(wordsIn({ resourceType: 'Basic', id: 'b', text: { div: '<'.repeat(100_000) } }).content).toEqual(['b'])
})

test('text that is not ASCII leaves the rest as it is, and long runs are no words', () => {
  const resource = {
    resourceType: 'Basic',
    id: 'A-1',
    code: { text: '\u00c9t\u00e9\u2014d\u00e9j\u00e0 5.4mg' },
    data: 'x'.repeat(65),
  }
  expect(documentWords(resource)).toEqual({ narrative: '', content: `a-1 ete deja 5 4mg ${'x'.repeat(65)}` })
  expect(wordsIn(resource).content).toEqual(['a', '1', 'ete', 'deja', '5', '4mg'])
})
