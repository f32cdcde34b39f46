import { expect, test } from 'vitest'
import { assertContentType, FHIR_ANSWER, FORM_BODY, GRAPHQL_BODY, negotiateAnswer, RESOURCE_BODY } from './content.ts'

const FHIR = 'application/fhir+json; charset=utf-8'
const JSON_TYPE = 'application/json; charset=utf-8'

test.each([
  [undefined, undefined, FHIR],
  ['*/*', undefined, FHIR],
  ['application/*', undefined, FHIR],
  ['application/fhir+json', undefined, FHIR],
  ['application/fhir+json; fhirVersion=4.0', undefined, FHIR],
  ['application/fhir+json;charset=UTF-8;fhirVersion="4.0"', undefined, FHIR],
  ['application/fhir+xml, application/fhir+json;q=0.5', undefined, 'application/fhir+xml; charset=utf-8'],
  ['application/fhir+xml;q=0.5, application/fhir+json', undefined, FHIR],
  ['application/fhir+xml;q=0.2, application/*;q=0.1', undefined, 'application/fhir+xml; charset=utf-8'],
  ['application/fhir+json, application/fhir+xml', undefined, FHIR],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', undefined, 'application/xml; charset=utf-8'],
  ['text/xml', undefined, 'text/xml; charset=utf-8'],
  ['application/fhir+json', 'xml', 'application/fhir+xml; charset=utf-8'],
  [undefined, 'application/fhir xml', 'application/fhir+xml; charset=utf-8'],
  [undefined, 'text/xml; charset=utf-8', 'text/xml; charset=utf-8'],
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

const OTHER_REFUSAL =
  'Nothing that Accept names is offered. Ask for application/fhir+json or application/fhir+xml (FHIR version 4.0).'

test.each([
  ['application/fhir+xml;q=0', undefined, OTHER_REFUSAL],
  ['text/html', undefined, OTHER_REFUSAL],
  ['application/fhir+json;q=0', undefined, OTHER_REFUSAL],
  ['application/fhir+json; fhirVersion=3.0', undefined, OTHER_REFUSAL],
  [
    undefined,
    'application/fhir+json; fhirVersion=3.0',
    '_format "application/fhir+json; fhirVersion=3.0" is unknown. Use json, xml, application/fhir+json or application/fhir+xml.',
  ],
  [
    '*/*',
    'text/turtle',
    '_format "text/turtle" is unknown. Use json, xml, application/fhir+json or application/fhir+xml.',
  ],
])('Accept %s and _format %s are refused', (accept, format, diagnostics) => {
  expect(() => negotiateAnswer(FHIR_ANSWER, accept, format)).toThrow(
    expect.objectContaining({
      category: 'not-acceptable',
      issues: [expect.objectContaining({ severity: 'error', code: 'not-supported', diagnostics })],
    }),
  )
})

test.each([
  ['application/fhir+json', RESOURCE_BODY, 'application/fhir+json'],
  ['Application/FHIR+JSON; charset=utf-8; fhirVersion=4.0', RESOURCE_BODY, 'application/fhir+json'],
  ['application/json;charset="UTF-8"', RESOURCE_BODY, 'application/json'],
  ['application/x-www-form-urlencoded', FORM_BODY, 'application/x-www-form-urlencoded'],
  ['application/fhir+xml; charset="utf-8"', RESOURCE_BODY, 'application/fhir+xml'],
  ['application/graphql', GRAPHQL_BODY, 'application/graphql'],
])('Content-Type %s is taken', (contentType, rule, type) => {
  expect(assertContentType(contentType, rule)).toBe(type)
})

test.each([
  [undefined, 'The request has no Content-Type. Send application/fhir+json or application/fhir+xml.'],
  [
    'application/fhir+turtle',
    'Content-Type "application/fhir+turtle" is not taken: send application/fhir+json or application/fhir+xml.',
  ],
  ['text/plain', 'Content-Type "text/plain" is not taken: send application/fhir+json or application/fhir+xml.'],
  ['application/json; charset=latin1', 'Charset "latin1" is not taken: send UTF-8.'],
  ['application/fhir+json; fhirVersion=5.0', 'FHIR version "5.0" is not taken: this is a FHIR 4.0 server.'],
])('Content-Type %s is refused', (contentType, diagnostics) => {
  expect(() => assertContentType(contentType, RESOURCE_BODY)).toThrow(
    expect.objectContaining({
      category: 'unsupported-media-type',
      issues: [{ severity: 'error', code: 'not-supported', diagnostics }],
    }),
  )
})
