import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Node } from './ast.ts'
import { relevanceOf, scoreOf } from './score.ts'
import { documentWords } from './words.ts'

const words = (within: 'narrative' | 'content', ...its: readonly string[]): Node => ({
  kind: 'words',
  within,
  words: its,
})

const narrated = (text: string) => ({ resourceType: 'Patient', id: '1', text: { status: 'generated', div: text } })

test.each<[readonly Node[], unknown]>([
  [[], undefined],
  [[{ kind: 'id', ids: ['1'] }], undefined],
  [[words('narrative', 'bone', 'marrow')], { within: 'narrative', soughtLength: 11 }],
  [
    [{ kind: 'or', nodes: [words('narrative', 'leg'), words('narrative', 'bone', 'marrow')] }],
    { within: 'narrative', soughtLength: 11 },
  ],
  [
    [words('narrative', 'leg'), words('content', 'arm'), { kind: 'everything' }],
    { within: 'content', soughtLength: 6 },
  ],
])('what %j asks for by words', (nodes, expected) => {
  expect(relevanceOf(nodes)).toEqual(expected)
})

test.each([
  ['bone marrow', 1],
  ['Bone marrow of the left leg', 0.407],
  [`bone marrow${' hip'.repeat(200)}`, 0.0136],
])('%s', (text, score) => {
  expect(scoreOf({ within: 'narrative', soughtLength: 11 }, narrated(text))).toBe(score)
})

test('shorter texts score no less, and all score more than 0', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.integer({ min: 1, max: 50 }), (left, right, soughtLength) => {
      const [a, b] = [left, right].map(text => {
        const content = narrated(`x${text}`)
        const score = scoreOf({ within: 'narrative', soughtLength }, content)
        return { score, length: documentWords(content).narrative.length }
      })
      if (!a || !b) return
      expect(a.score > 0 && a.score <= 1).toBe(true)
      if (a.length <= b.length) expect(a.score).toBeGreaterThanOrEqual(b.score)
    }),
  )
})
