import { describe, expect, it } from 'vitest'
import { type InvalidResources, issuesOf, observation, patient } from '#test/support/validation.ts'

const invalid: InvalidResources = {
  'reference targets': [
    patient({
      managingOrganization: { reference: 'Practitioner/1' },
      generalPractitioner: [
        { reference: 'http://a.org/fhir/Device/1' },
        { type: 'Device', identifier: { value: '1' } },
        { reference: 'Practitioner/1', type: 'Organization' },
      ],
      link: [{ type: 'seealso', other: { reference: 'Foo/1' } }],
    }),
    [
      'value',
      'Patient.managingOrganization.reference',
      'reference "Practitioner/1" points to Practitioner, but managingOrganization must be of Organization',
    ],
    [
      'value',
      'Patient.generalPractitioner[0].reference',
      'reference "http://a.org/fhir/Device/1" points to Device, but generalPractitioner must be of Organization | Practitioner | PractitionerRole',
    ],
    [
      'value',
      'Patient.generalPractitioner[1].type',
      'type "Device" is the target\'s, but generalPractitioner must be of Organization | Practitioner | PractitionerRole',
    ],
    [
      'value',
      'Patient.generalPractitioner[2].type',
      'type "Organization" disagrees with the reference, which points to Practitioner',
    ],
    ['value', 'Patient.link[0].other.reference', 'reference "Foo/1" names "Foo", which is not a resource type of R4'],
  ],
  'reference forms': [
    observation({
      performer: [
        { reference: 'Peter' },
        { reference: '#p' },
        { reference: 'Practitioner?identifier=1' },
        { reference: '' },
      ],
      focus: [{ reference: '/Patient/1' }],
    }),
    [
      'value',
      'Observation.performer[0].reference',
      'reference "Peter" must be Type/id, #id, an absolute URL or urn:uuid: or urn:oid: with an id',
    ],
    ['value', 'Observation.performer[1].reference', 'reference "#p" points to no contained resource'],
    [
      'value',
      'Observation.performer[2].reference',
      'reference "Practitioner?identifier=1" is a search, which only the entries of a transaction may have for a reference',
    ],
    ['value', 'Observation.performer[3].reference', 'reference must not be empty: leave the element out'],
    [
      'value',
      'Observation.focus[0].reference',
      'reference "/Patient/1" must be Type/id, #id, an absolute URL or urn:uuid: or urn:oid: with an id',
    ],
  ],
  'contained resources': [
    observation({
      subject: { reference: '#o' },
      contained: [
        { resourceType: 'Organization', id: 'o', name: 1, partOf: { reference: '#x' } },
        { resourceType: 'Organization', id: 'b', contained: [{ resourceType: 'Patient', id: 'c', active: 1 }] },
        { resourceType: 'Organization', id: 'd', meta: { versionId: '1', security: [{ code: 'a' }] }, name: 'a' },
        { resourceType: 'Foo' },
        { id: 'e' },
        'x',
      ],
    }),
    [
      'value',
      'Observation.subject.reference',
      'reference "#o" points to Organization, but subject must be of Patient | Group | Device | Location',
    ],
    ['structure', 'Observation.contained[0].name', 'name must be a JSON string, not 1'],
    ['value', 'Observation.contained[0].partOf.reference', 'reference "#x" points to no contained resource'],
    ['invariant', 'Observation.contained[1].contained', 'A contained resource must not contain others (dom-2)'],
    ['structure', 'Observation.contained[1].contained[0].active', 'active must be the JSON value true or false, not 1'],
    [
      'invariant',
      'Observation.contained[2].meta',
      'A contained resource has no versionId or lastUpdated of its own (dom-4)',
    ],
    ['invariant', 'Observation.contained[2].meta', 'A contained resource has no security labels of its own (dom-5)'],
    ['structure', 'Observation.contained[3]', 'The resourceType "Foo" is not a resource type of R4'],
    ['structure', 'Observation.contained[4]', 'The resource has no resourceType'],
    ['structure', 'Observation.contained[5]', 'contained must be an object, not "x"'],
  ],
  'resources in entries and parameters, each for itself': [
    {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [
        { resource: patient({ contained: [{ resourceType: 'Patient', id: 'a' }] }) },
        { resource: patient({ gender: 'm', link: [{ type: 'refer', other: { reference: '#a' } }] }) },
        { resource: { resourceType: 'Parameters', parameter: [{ name: 'a', resource: patient({ active: 1 }) }] } },
      ],
    },
    [
      'code-invalid',
      'Bundle.entry[1].resource.gender',
      'gender "m" must be from the value set http://hl7.org/fhir/ValueSet/administrative-gender: male | female | other | unknown',
    ],
    ['value', 'Bundle.entry[1].resource.link[0].other.reference', 'reference "#a" points to no contained resource'],
    [
      'structure',
      'Bundle.entry[2].resource.parameter[0].resource.active',
      'active must be the JSON value true or false, not 1',
    ],
  ],
}

it.each(Object.entries(invalid))('%s', (_name, [content, ...issues]) => {
  expect(issuesOf(content)).toEqual(issues)
})

describe('conditional references', () => {
  const content = observation({ performer: [{ reference: 'Practitioner?identifier=1' }] })
  const wrongType = observation({ performer: [{ reference: 'Device?identifier=1' }] })

  it('are allowed where the options say so, of the types that the element may have', () => {
    expect(issuesOf(content, { conditionalReferences: 'allowed' })).toEqual([])
    expect(issuesOf(wrongType, { conditionalReferences: 'allowed' })).toEqual([
      [
        'value',
        'Observation.performer[0].reference',
        'reference "Device?identifier=1" points to Device, but performer must be of Practitioner | PractitionerRole | Organization | CareTeam | Patient | RelatedPerson',
      ],
    ])
  })
})
