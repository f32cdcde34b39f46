import { expect, test } from 'vitest'
import { addressOf, baseUrlOf, isGraphqlOperation } from './addresses.ts'

test.each([
  ['/fhir', 'fhir', ''],
  ['/fhir/Patient/1', 'fhir', '/Patient/1'],
  ['/fhir?_format=json', 'fhir', '?_format=json'],
  ['/graphql', 'graphql', ''],
  ['/', 'index', '/'],
  ['/?a', 'index', '/?a'],
  ['/fhirx', 'nothing', ''],
  ['/favicon.ico', 'nothing', ''],
])('%s is %s %s', (url, target, below) => {
  expect(addressOf(url)).toEqual({ target, url: below })
})

test.each([
  ['/$graphql', true],
  ['/%24graphql?query=a', true],
  ['/Patient/1/$graphql', true],
  ['/Patient?name=$graphql', false],
  ['/$graphqlx', false],
])('%s runs GraphQL: %s', (url, expected) => {
  expect(isGraphqlOperation(url)).toBe(expected)
})

test.each([
  ['localhost:8080', 'http://localhost:8080/fhir'],
  ['fhir.example.org', 'http://fhir.example.org/fhir'],
  ['[::1]:8080', 'http://[::1]:8080/fhir'],
  ['evil.example.org/"><script>', 'http://localhost/fhir'],
  ['a b', 'http://localhost/fhir'],
  [undefined, 'http://localhost/fhir'],
])('the base for Host %s is %s', (host, baseUrl) => {
  expect(baseUrlOf('http', host, 'http://localhost/fhir')).toBe(baseUrl)
})
