import { expect, test } from 'vitest'
import { tenantOf } from '#service/call.ts'
import { createDefinitions } from '#service/definitions.ts'
import { parameterKey } from './parameter-key.ts'
import { codeKeyword, linkKeyword, systemKeyword, targetKeyword, tokenKeyword, unitKeyword } from './terms.ts'

const definitions = createDefinitions().for(tenantOf('test'))

test('every parameter of every type has a key of its own, the same each time', () => {
  const parameters = definitions.resourceTypes.flatMap(type => [...definitions.searchParameters(type).values()])
  const keys = parameters.map(parameterKey)
  expect(new Set(keys).size).toBe(parameters.length)
  expect(keys.filter(key => !/^[\w-]{8}$/.test(key))).toEqual([])
  expect(
    parameters.map(({ resourceType, code, url, kind }) => parameterKey({ resourceType, code, url, kind })),
  ).toEqual(keys)
})

test('a keyword is the key, what follows, and the text', () => {
  expect(tokenKeyword('12345678', 'http://loinc.org', '8302-2')).toBe('12345678t:http://loinc.org|8302-2')
  expect(tokenKeyword('12345678', '', '8302-2')).toBe('12345678t:|8302-2')
  expect(systemKeyword('12345678', 'http://loinc.org')).toBe('12345678s:http://loinc.org')
  expect(codeKeyword('12345678', '8302-2')).toBe('12345678c:8302-2')
  expect(linkKeyword('12345678', 'Patient', '1')).toBe('12345678l:Patient/1')
  expect(targetKeyword('12345678', 'id', '1', undefined)).toBe('12345678i:1')
  expect(targetKeyword('12345678', 'url', 'http://a', undefined)).toBe('12345678u:http://a')
  expect(targetKeyword('12345678', 'link', 'Patient/1', '2')).toBe('12345678m:2|Patient/1')
  expect([unitKeyword('s', 'mg'), unitKeyword('s', undefined), unitKeyword(undefined, 'mg')]).toEqual([
    't:s|mg',
    's:s',
    'c:mg',
  ])
})

test('a bar inside a system is no bar between system and code', () => {
  const keywords = [tokenKeyword('k', 'a|b', 'c'), tokenKeyword('k', 'a', 'b|c'), tokenKeyword('k', 'a\\', 'b|c')]
  expect(keywords).toEqual(['kt:a\\|b|c', 'kt:a|b|c', 'kt:a\\\\|b|c'])
})

test('long text gives way to its hash, which no short text is mistaken for', () => {
  expect(codeKeyword('k', 'x'.repeat(255))).toBe(`kc:${'x'.repeat(255)}`)
  expect(codeKeyword('k', 'x'.repeat(256))).toMatch(/^kc#[\w-]{22}$/)
  expect(codeKeyword('k', `${'x'.repeat(256)}y`)).not.toBe(codeKeyword('k', 'x'.repeat(256)))
})
