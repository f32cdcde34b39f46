import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { definitions, issuesOf, narrative, observation, patient } from '#test/support/validation.ts'
import { Fault } from '../fault.ts'
import type { JsonValue } from './content.ts'
import { parseJson, stringifyJson } from './json.ts'
import { assertValid, validateResource } from './validate.ts'

describe('valid resources', () => {
  const valid: Record<string, JsonValue> = {
    'no more than a type': patient({}),
    'every kind of element': patient({
      id: 'a-1.B',
      meta: {
        versionId: '1',
        lastUpdated: '2024-01-01T00:00:00.000Z',
        profile: ['http://a.org/p|1'],
        tag: [{ code: 'a' }],
      },
      implicitRules: 'http://a.org/rules',
      language: 'de-CH',
      text: narrative('<p>Peter <a href="#o">x</a></p>'),
      contained: [{ resourceType: 'Organization', id: 'o', name: 'An organization' }],
      extension: [
        { url: 'http://a.org/simple', valueCode: 'x' },
        { url: 'http://a.org/complex', extension: [{ url: 'part', valueBoolean: false }] },
        {
          url: 'http://a.org/primitive',
          _valueString: { extension: [{ url: 'http://a.org/why', valueCode: 'unknown' }] },
        },
      ],
      modifierExtension: [{ url: 'http://a.org/m', valueDecimal: 1.5 }],
      identifier: [
        {
          use: 'usual',
          system: 'urn:oid:1.2.36',
          value: '12345',
          period: { start: '2001-05' },
          assigner: { display: 'a' },
        },
      ],
      active: true,
      name: [{ id: 'n', use: 'official', family: 'Chalmers', given: ['Peter', 'James'], period: { end: '2002' } }],
      telecom: [{ system: 'phone', value: '1', rank: 1 }],
      gender: 'male',
      birthDate: '1974-12-25',
      _birthDate: { extension: [{ url: 'http://a.org/time', valueDateTime: '1974-12-25T14:35:45-05:00' }] },
      deceasedBoolean: false,
      multipleBirthInteger: 2,
      photo: [{ contentType: 'image/png', data: 'AAAA', size: 3 }],
      contact: [
        {
          relationship: [{ coding: [{ system: 'http://a.org', code: 'N' }] }],
          name: { family: 'a' },
          gender: 'female',
        },
      ],
      communication: [{ language: { text: 'German' }, preferred: true }],
      generalPractitioner: [{ reference: 'Practitioner/1' }, { reference: '#o' }, { identifier: { value: '1' } }],
      managingOrganization: { reference: '#o', type: 'Organization' },
      link: [{ other: { reference: 'http://a.org/fhir/Patient/2' }, type: 'seealso' }],
    }),
    'primitives without a value': patient({
      _gender: { extension: [{ url: 'http://a.org/absent', valueCode: 'unknown' }] },
      name: [
        {
          given: ['Peter', null, 'J'],
          _given: [null, { extension: [{ url: 'http://a.org/e', valueString: 'a' }] }, { id: 'x' }],
        },
        { _given: [{ extension: [{ url: 'http://a.org/e', valueString: 'a' }] }] },
      ],
      _active: { id: 'a', extension: [{ url: 'http://a.org/e', valueString: 'a' }] },
    }),
    'a required element that is only an extension': {
      resourceType: 'Observation',
      _status: { extension: [{ url: 'http://a.org/absent', valueCode: 'unknown' }] },
      code: { text: 'a' },
    },
    'decimals of any form': parseJson(
      '{"resourceType":"Observation","status":"final","code":{"text":"a"},"component":[{"code":{"text":"b"},' +
        '"valueQuantity":{"value":1.50}},{"code":{"text":"b"},"valueQuantity":{"value":-1E-3}},' +
        '{"code":{"text":"b"},"valueQuantity":{"value":3}}]}',
    ),
    'component paths that refer to others': {
      resourceType: 'Questionnaire',
      status: 'draft',
      item: [
        {
          linkId: '1',
          type: 'group',
          item: [{ linkId: '1.1', type: 'group', item: [{ linkId: '1.1.1', type: 'string' }] }],
        },
      ],
    },
    'a list of decimals': parseJson(
      '{"resourceType":"MolecularSequence","coordinateSystem":0,"quality":[{"type":"snp","roc":{"precision":[0.10,1]}}]}',
    ),
    'a concept with one coding of the set': {
      resourceType: 'AllergyIntolerance',
      patient: { reference: 'Patient/1' },
      clinicalStatus: {
        coding: [
          { system: 'http://a.org', code: 'x' },
          { system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' },
        ],
        text: 'a',
      },
    },
    'codes of sets that cannot be listed': {
      resourceType: 'Binary',
      contentType: 'application/x-anything',
      data: 'AAAA',
    },
    'a bundle with what only entries may have': {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          fullUrl: 'urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7',
          resource: observation({
            contained: [{ resourceType: 'Patient', id: 'p' }],
            subject: { reference: '#p' },
            performer: [{ reference: 'Practitioner?identifier=1' }, { reference: 'urn:uuid:1' }],
          }),
          request: { method: 'POST', url: 'Observation' },
        },
      ],
    },
    'parameters of all kinds': {
      resourceType: 'Parameters',
      parameter: [
        { name: 'a', resource: patient({}) },
        { name: 'b', valueString: 'x' },
        { name: 'c', part: [{ name: 'd', valueReference: { reference: 'Patient/1' } }] },
      ],
    },
    'the container itself as a target': patient({
      contained: [
        {
          resourceType: 'Provenance',
          id: 'p',
          recorded: '2024-01-01T00:00:00Z',
          target: [{ reference: '#' }],
          agent: [{ who: { display: 'a' } }],
        },
      ],
    }),
  }
  it.each(Object.entries(valid))('%s', (_name, content) => {
    expect(issuesOf(content)).toEqual([])
  })

  it('come back as they are, and nothing in them changes', () => {
    for (const content of Object.values(valid)) {
      const before = stringifyJson(content)
      expect(validateResource(definitions, content).resource).toBe(content)
      expect(stringifyJson(content)).toBe(before)
    }
  })
})

describe('what is no resource of the type', () => {
  const mismatches: [content: JsonValue, type: string | undefined, diagnostics: string][] = [
    [null, undefined, 'A resource must be a JSON object, not null'],
    ['a', undefined, 'A resource must be a JSON object, not "a"'],
    [[{}], undefined, 'A resource must be a JSON object, not an array'],
    [parseJson('1.50'), undefined, 'A resource must be a JSON object, not 1.50'],
    [{}, 'Patient', 'The resource has no resourceType'],
    [{ resourceType: 1 }, undefined, 'The resourceType 1 is not a resource type of R4'],
    [{ resourceType: 'Foo' }, 'Patient', 'The resourceType "Foo" is not a resource type of R4'],
    [{ resourceType: 'HumanName' }, undefined, 'The resourceType "HumanName" is not a resource type of R4'],
    [{ resourceType: 'Group' }, 'Patient', 'The resourceType "Group" is not "Patient", which is expected here'],
  ]
  it.each(mismatches)('%j as %s: %s', (content, type, diagnostics) => {
    const issues = [{ severity: 'error', code: 'structure', diagnostics }]
    const options = type === undefined ? {} : { type }
    expect(validateResource(definitions, content, options)).toEqual({ resource: undefined, issues })
    expect(faultOf(() => assertValid(definitions, content, options))).toEqual({ category: 'invalid', issues })
  })
})

function faultOf(run: () => unknown): Pick<Fault, 'category' | 'issues'> {
  try {
    run()
  } catch (error) {
    if (Fault.is(error)) return { category: error.category, issues: error.issues }
    throw error
  }
  throw new Error('Nothing was thrown')
}

describe('assertValid', () => {
  it('gives the resource back', () => {
    const content = patient({ active: true })
    expect(assertValid(definitions, content, { type: 'Patient' })).toBe(content)
    expect(assertValid(definitions, content)).toBe(content)
  })

  it('refuses as unprocessable what breaks the rules of its type, with all issues', () => {
    expect(faultOf(() => assertValid(definitions, patient({ active: 1, gender: 1 })))).toEqual({
      category: 'unprocessable',
      issues: [
        {
          severity: 'error',
          code: 'structure',
          diagnostics: 'active must be the JSON value true or false, not 1',
          expression: ['Patient.active'],
        },
        {
          severity: 'error',
          code: 'structure',
          diagnostics: 'gender must be a JSON string, not 1',
          expression: ['Patient.gender'],
        },
      ],
    })
  })
})

describe('any JSON', () => {
  it('is validated without an error of our own, and left as it is', () => {
    const names = [
      'resourceType',
      'name',
      'given',
      '_given',
      'contained',
      'extension',
      'valueString',
      'text',
      'div',
      'reference',
    ]
    const json = fc.letrec<{ value: JsonValue }>(tie => ({
      value: fc.oneof(
        { depthSize: 'medium' },
        fc.oneof(fc.constantFrom<JsonValue>('Patient', '#a', 'a', 1, null, true, ''), fc.constant(parseJson('1.50'))),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names, 'subject', 'meta', 'id', 'gender', 'item'), tie('value')),
      ),
    })).value
    const types = fc.constantFrom('Patient', 'Observation', 'Bundle', 'Parameters', 'Questionnaire', 'Binary')
    fc.assert(
      fc.property(
        types,
        fc.dictionary(fc.constantFrom(...names.slice(1), 'subject', 'entry', 'item'), json),
        (type, members) => {
          const content = { resourceType: type, ...members }
          const before = stringifyJson(content)
          const { resource, issues } = validateResource(definitions, content)
          expect(resource).toBe(issues.length === 0 ? content : undefined)
          expect(stringifyJson(content)).toBe(before)
          expect(issues.filter(({ expression }) => !expression?.[0]?.startsWith(type))).toEqual([])
        },
      ),
      { numRuns: 500 },
    )
  })
})
