import { expect, test } from 'vitest'
import { formatEntityTag, parseEntityTags } from './entity-tag.ts'

test('a version as R4 writes it', () => {
  expect(formatEntityTag(3)).toBe('W/"3"')
})

test.each([
  ['W/"3"', ['3']],
  ['"3"', ['3']],
  ['3', ['3']],
  ['*', ['*']],
  [' W/"1" , "2",3', ['1', '2', '3']],
])('%s is read', (text, expected) => {
  expect(parseEntityTags(text, 'If-None-Match')).toEqual(expected)
})

test.each(['', 'W/3', 'W/"3', '3"', 'W/"1",', 'w/"1"', 'a b'])("'%s' is refused", text => {
  expect(() => parseEntityTags(text, 'If-None-Match')).toThrow(
    `If-None-Match must be an entity tag such as W/"3", not '${text}'`,
  )
})
