import { expect, test } from 'vitest'
import { DEFINITIONS, searchParameter } from '#test/support/search-parameter.ts'
import { refusalOf } from '#test/support/search-refusal.ts'
import { parseSearch } from './parse.ts'

const CONTEXT = { definitions: DEFINITIONS, baseUrl: 'http://localhost/fhir', now: 0 }

const search = (type: string, name: string, value: string) => parseSearch(CONTEXT, type, [[name, value]], 'strict')

test.each<[string, string, string, object]>([
  [
    'Patient',
    '_include',
    'Patient:organization',
    { sourceType: 'Patient', parameter: searchParameter('Patient', 'organization'), iterate: false },
  ],
  [
    'Patient',
    '_include',
    'Patient:general-practitioner:Practitioner',
    {
      sourceType: 'Patient',
      parameter: searchParameter('Patient', 'general-practitioner'),
      targetType: 'Practitioner',
      iterate: false,
    },
  ],
  ['Patient', '_include', '*', { sourceType: 'Patient', parameter: '*', iterate: false }],
  ['Patient', '_include', 'Patient:*', { sourceType: 'Patient', parameter: '*', iterate: false }],
  ['Patient', '_include:iterate', '*', { sourceType: '*', parameter: '*', iterate: true }],
  [
    'Patient',
    '_include:iterate',
    'Organization:partof',
    { sourceType: 'Organization', parameter: searchParameter('Organization', 'partof'), iterate: true },
  ],
  [
    'Patient',
    '_revinclude',
    'Observation:subject',
    { sourceType: 'Observation', parameter: searchParameter('Observation', 'subject'), iterate: false },
  ],
  ['Patient', '_revinclude', 'Observation:*', { sourceType: 'Observation', parameter: '*', iterate: false }],
  [
    'Patient',
    '_revinclude:iterate',
    'Provenance:target',
    { sourceType: 'Provenance', parameter: searchParameter('Provenance', 'target'), iterate: true },
  ],
])('%s?%s=%s', (type, name, value, directive) => {
  const { includes, applied } = search(type, name, value)
  expect(includes).toEqual([{ direction: name.startsWith('_rev') ? 'revinclude' : 'include', ...directive }])
  expect(applied).toEqual([[name, value]])
})

test.each<[string, string, string]>([
  [
    '_include',
    'Patient',
    "value Parameter '_include': 'Patient' is not of the form Type:parameter, Type:parameter:Target or Type:*",
  ],
  [
    '_include',
    'a:b:c:d',
    "value Parameter '_include': 'a:b:c:d' is not of the form Type:parameter, Type:parameter:Target or Type:*",
  ],
  ['_include', 'Nobody:x', "value Parameter '_include': 'Nobody' is no resource type"],
  [
    '_include',
    'Patient:orgnization',
    "not-supported Parameter '_include': Patient has no search parameter 'orgnization' (near: 'organization')",
  ],
  ['_include', 'Patient:gender', "value Parameter '_include': 'gender' of Patient is a token, no reference"],
  [
    '_include',
    'Patient:organization:Group',
    "value Parameter '_include': 'organization' of Patient never points to Group",
  ],
  [
    '_include',
    'Observation:subject',
    "value Parameter '_include': matches are of type Patient, not Observation; " +
      'to follow it from what is included, write _include:iterate',
  ],
  [
    '_include:recurse',
    'Patient:link',
    "not-supported Parameter '_include:recurse': _include takes no modifier but :iterate",
  ],
  ['_revinclude', '*', "value Parameter '_revinclude': name the type that refers here, as in 'Observation:*'"],
  [
    '_revinclude',
    'Encounter:location',
    "value Parameter '_revinclude': 'location' of Encounter does not lead to matches of type Patient",
  ],
])('Patient?%s=%s is refused', (name, value, message) => {
  const refusals = refusalOf(() => search('Patient', name, value))
  expect(refusals.map(([code, , diagnostics]) => `${code} ${diagnostics}`)).toEqual([message])
})
