import { expect, test } from 'vitest'
import { assertContentType, FHIR_ANSWER, FORM_BODY, GRAPHQL_BODY, JSON_BODY, negotiateAnswer } from './content.ts'

const FHIR = 'application/fhir+json; charset=utf-8'
const JSON_TYPE = 'application/json; charset=utf-8'

test.each([
  [undefined, undefined, FHIR],
  ['*/*', undefined, FHIR],
  ['application/*', undefined, FHIR],
  ['application/fhir+json', undefined, FHIR],
  ['application/fhir+json; fhirVersion=4.0', undefined, FHIR],
  ['application/fhir+json;charset=UTF-8;fhirVersion="4.0"', undefined, FHIR],
  ['application/fhir+xml, application/fhir+json;q=0.5', undefined, FHIR],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', undefined, FHIR],
  ['application/json', undefined, JSON_TYPE],
  ['application/json, application/fhir+json;q=0.9', undefined, JSON_TYPE],
  ['text/json', undefined, 'text/json; charset=utf-8'],
  ['application/fhir+xml', 'json', FHIR],
  ['', undefined, FHIR],
  [undefined, 'application/json', JSON_TYPE],
  [undefined, 'application/fhir json', FHIR],
  [undefined, 'application/fhir+json; fhirVersion=4.0', FHIR],
])('Accept %s and _format %s are answered with %s', (accept, format, contentType) => {
  expect(negotiateAnswer(FHIR_ANSWER, accept, format)).toBe(contentType)
})

const XML_REFUSAL = 'XML is not offered: this server answers in JSON. Ask for application/fhir+json.'
const OTHER_REFUSAL = 'Nothing that Accept names is offered. Ask for application/fhir+json (FHIR version 4.0).'

test.each([
  ['application/fhir+xml', undefined, XML_REFUSAL],
  ['text/html', undefined, OTHER_REFUSAL],
  ['application/fhir+json;q=0', undefined, OTHER_REFUSAL],
  ['application/fhir+json; fhirVersion=3.0', undefined, OTHER_REFUSAL],
  ['*/*', 'xml', XML_REFUSAL],
  [
    undefined,
    'application/fhir+json; fhirVersion=3.0',
    '_format "application/fhir+json; fhirVersion=3.0" is unknown. Use json or application/fhir+json.',
  ],
  ['*/*', 'text/turtle', '_format "text/turtle" is unknown. Use json or application/fhir+json.'],
])('Accept %s and _format %s are refused', (accept, format, diagnostics) => {
  expect(() => negotiateAnswer(FHIR_ANSWER, accept, format)).toThrow(
    expect.objectContaining({
      category: 'not-acceptable',
      issues: [expect.objectContaining({ severity: 'error', code: 'not-supported', diagnostics })],
    }),
  )
})

test.each([
  ['application/fhir+json', JSON_BODY, 'application/fhir+json'],
  ['Application/FHIR+JSON; charset=utf-8; fhirVersion=4.0', JSON_BODY, 'application/fhir+json'],
  ['application/json;charset="UTF-8"', JSON_BODY, 'application/json'],
  ['application/x-www-form-urlencoded', FORM_BODY, 'application/x-www-form-urlencoded'],
  ['application/graphql', GRAPHQL_BODY, 'application/graphql'],
])('Content-Type %s is taken', (contentType, rule, type) => {
  expect(assertContentType(contentType, rule)).toBe(type)
})

test.each([
  [undefined, 'The request has no Content-Type. Send application/fhir+json.'],
  [
    'application/fhir+xml',
    'XML is not taken yet. Content-Type "application/fhir+xml" is not taken: send application/fhir+json.',
  ],
  ['text/plain', 'Content-Type "text/plain" is not taken: send application/fhir+json.'],
  ['application/json; charset=latin1', 'Charset "latin1" is not taken: send UTF-8.'],
  ['application/fhir+json; fhirVersion=5.0', 'FHIR version "5.0" is not taken: this is a FHIR 4.0 server.'],
])('Content-Type %s is refused', (contentType, diagnostics) => {
  expect(() => assertContentType(contentType, JSON_BODY)).toThrow(
    expect.objectContaining({
      category: 'unsupported-media-type',
      issues: [{ severity: 'error', code: 'not-supported', diagnostics }],
    }),
  )
})
