import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Node } from './ast.ts'
import { parseTextQuery } from './text-query.ts'

function shown(node: Node): string {
  switch (node.kind) {
    case 'words':
      return node.words.join(' ')
    case 'not':
      return `-(${shown(node.node)})`
    case 'and':
      return `(${node.nodes.map(shown).join(' & ')})`
    case 'or':
      return `(${node.nodes.map(shown).join(' | ')})`
    default:
      return node.kind
  }
}

const asked = (text: string): string | undefined => {
  const query = parseTextQuery(text, 'narrative')
  return query && shown(query.node)
}

test.each<[string, string]>([
  ['(bone OR liver) and metastases', '(metastases & (bone | liver))'],
  ['bone marrow', 'bone marrow'],
  ['bone AND marrow', 'bone marrow'],
  ['bone bone', 'bone'],
  ['bone OR liver metastases', '(bone | liver metastases)'],
  ['bone or liver,lung', '(bone | liver | lung)'],
  ['(bone, liver) metastases', '(metastases & (bone | liver))'],
  ['metastases NOT bone', '(metastases & -(bone))'],
  ['metastases AND NOT (bone OR liver)', '(metastases & -((bone | liver)))'],
  ['NOT bone', '-(bone)'],
  ['NOT NOT bone', 'bone'],
  ['not found', 'not found'],
  ['"bone or liver" NOT "not"', '(bone or liver & -(not))'],
  ['or', 'or'],
  ['OR bone', 'or bone'],
  ['bone and', 'bone and'],
  ['bone NOT', 'bone not'],
  ['1) pain 2) fever', '1 pain 2 fever'],
  ['Hb (A1c', '(hb & a1c)'],
  ['x-ray', 'x ray'],
  ['a\\,b', 'a b'],
  ['bone,', 'bone'],
  ['(()) bone "', 'bone'],
  [`${'('.repeat(30)}bone${')'.repeat(30)} OR liver`, '(bone | liver)'],
])('%s', (text, expected) => {
  expect(asked(text)).toBe(expected)
})

test.each(['', ' ', '...', '()', ',', '""'])("'%s' asks for nothing", text => {
  expect(asked(text)).toBeUndefined()
})

test('any text is understood, and no word of it is lost', () => {
  const pieces = fc.constantFrom('bone', 'liver', 'AND', 'or', 'NOT', '(', ')', ',', '"', '\\', ' ', '-')
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), all => {
      const text = all.join(' ')
      const words = asked(text)?.match(/bone|liver/g) ?? []
      expect(new Set(words)).toEqual(new Set(text.match(/bone|liver/g) ?? []))
    }),
  )
})
