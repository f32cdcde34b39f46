import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RootMembers } from './root-members.ts'

const WANTED = ['resourceType', 'type', 'id']

function read(text: string, chunkBytes = Number.POSITIVE_INFINITY): RootMembers {
  const members = new RootMembers(WANTED)
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += chunkBytes) members.read(bytes.subarray(at, at + chunkBytes))
  return members
}

test('finds members of the root alone', () => {
  const text = '\ufeff{ "entry": [{"id": "inner", "type": "x"}], "resourceType" : "Bundle", "id":7, "type":"batch" }'
  expect(Object.fromEntries(read(text).found)).toEqual({ resourceType: 'Bundle', type: 'batch' })
})

test('reads a value before its object is complete', () => {
  expect(read('{"resourceType":"Bundle","type":"transaction","entry":[{').has('resourceType', 'type')).toBe(true)
})

test.each(['[1]', '"text"', 'null', '{}', '{"a":{"id":"1"}}'])('finds nothing in %s', text => {
  const members = read(text)
  expect([members.ended, members.found.size]).toEqual([true, 0])
})

test('agrees with JSON.parse on any object, in chunks of any size', () => {
  const member = fc.oneof(fc.constantFrom(...WANTED), fc.string({ unit: 'grapheme' }))
  fc.assert(
    fc.property(fc.dictionary(member, fc.jsonValue()), fc.integer({ min: 1, max: 9 }), (object, chunkBytes) => {
      const strings = WANTED.flatMap(name => {
        const value = Object.hasOwn(object, name) ? object[name] : undefined
        // Values are names and codes: escapes in them are left as they are.
        return typeof value === 'string' ? [[name, JSON.stringify(value).slice(1, -1)]] : []
      })
      const members = read(JSON.stringify(object), chunkBytes)
      expect(Object.fromEntries(members.found)).toEqual(Object.fromEntries(strings))
      expect(members.ended).toBe(true)
    }),
  )
})
