import { expect, it } from 'vitest'
import { type InvalidResources, issuesOf, patient } from '#test/support/validation.ts'

const invalid: InvalidResources = {
  'codes that are not in the value set': [
    patient({ gender: 'm', name: [{ use: 'Official' }], contact: [{ gender: 'x', name: { text: 'a' } }] }),
    [
      'code-invalid',
      'Patient.gender',
      'gender "m" must be from the value set http://hl7.org/fhir/ValueSet/administrative-gender: male | female | other | unknown',
    ],
    [
      'code-invalid',
      'Patient.name[0].use',
      'use "Official" must be from the value set http://hl7.org/fhir/ValueSet/name-use: usual | official | temp | nickname | anonymous | old | maiden',
    ],
    [
      'code-invalid',
      'Patient.contact[0].gender',
      'gender "x" must be from the value set http://hl7.org/fhir/ValueSet/administrative-gender: male | female | other | unknown',
    ],
  ],
  'a code of a long value set': [
    { resourceType: 'GraphDefinition', name: 'a', status: 'draft', start: 'Foo' },
    [
      'code-invalid',
      'GraphDefinition.start',
      'start "Foo" must be from the value set http://hl7.org/fhir/ValueSet/resource-types',
    ],
  ],
  'concepts that are not in the value set': [
    {
      resourceType: 'Condition',
      subject: { reference: 'Patient/1' },
      clinicalStatus: { text: 'active' },
      verificationStatus: { coding: [{ system: 'http://a.org', code: 'confirmed' }] },
    },
    [
      'code-invalid',
      'Condition.clinicalStatus',
      'clinicalStatus must be from the value set http://hl7.org/fhir/ValueSet/condition-clinical: active | recurrence | relapse | inactive | remission | resolved',
    ],
    [
      'code-invalid',
      'Condition.verificationStatus',
      'verificationStatus must be from the value set http://hl7.org/fhir/ValueSet/condition-ver-status: unconfirmed | provisional | differential | confirmed | refuted | entered-in-error',
    ],
  ],
}

it.each(Object.entries(invalid))('%s', (_name, [content, ...issues]) => {
  expect(issuesOf(content)).toEqual(issues)
})
