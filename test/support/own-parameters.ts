import { tenantOf } from '#service/call.ts'
import type { Definitions } from '#service/definitions.ts'
import type { ParameterSource } from '#service/ports/parameter-store.ts'
import { sealVersion } from '#service/ports/stored-version.ts'
import { createOwnDefinitions } from '#service/search/own-parameters/own-definitions.ts'
import { fixedClock } from './memory-ports.ts'

/** The definitions of a tenant that has stored these SearchParameters, whose ids count from 1. */
export async function withOwnParameters(base: Definitions, resources: readonly object[]): Promise<Definitions> {
  const versions = resources.map((resource, index) =>
    sealVersion(
      {
        ...{ type: 'SearchParameter', id: String(index + 1), versionId: 1, lastUpdated: 0, method: 'PUT' },
        ...{ deleted: false, compartments: [], securityLabels: [] },
      },
      new TextEncoder().encode(JSON.stringify(resource)),
    ),
  )
  const parameters: ParameterSource = {
    revisionAtHand: () => 1,
    revision: async () => 1,
    read: async () => ({ revision: 1, versions }),
  }
  return createOwnDefinitions({ for: () => base }, { parameters, clock: fixedClock() }).current(tenantOf('test'))
}

/** One of each type, over elements that the random corpora have. */
export const OWN_OF_EACH_TYPE: readonly object[] = [
  ['token', 'Patient', "Patient.name.where(use = 'official').family | Patient.gender"],
  ['string', 'Patient', 'Patient.name.given | Patient.address'],
  ['date', 'Observation', 'Observation.effective | Observation.issued'],
  ['quantity', 'Observation', 'Observation.value.as(Quantity) | Observation.component.value.as(Quantity)'],
  ['reference', 'Observation', 'Observation.subject | Observation.performer'],
  ['uri', 'Resource', 'Resource.meta.profile'],
  ['token', 'DomainResource', 'DomainResource.meta.tag'],
  ['composite', 'Observation', 'Observation.component'],
].map(([type, base, expression], index) => ({
  ...{ resourceType: 'SearchParameter', status: 'active', code: `own-${index}`, type, base: [base], expression },
  url: `http://example.org/own-${index}`,
  ...(type === 'composite' && {
    component: [
      { definition: 'http://hl7.org/fhir/SearchParameter/Observation-component-code', expression: 'code' },
      {
        definition: 'http://hl7.org/fhir/SearchParameter/Observation-component-value-quantity',
        expression: 'value.as(Quantity)',
      },
    ],
  }),
}))

const EYES = 'http://example.org/eye-colour'
/** A SearchParameter for the colour of eyes. */
export const eyesParameter = (parts: object = {}) => ({
  resourceType: 'SearchParameter',
  id: 'eyes',
  url: 'http://example.org/SearchParameter/eyes',
  name: 'eyes',
  status: 'active',
  description: 'Colour of the eyes',
  code: 'eyes',
  base: ['Patient'],
  type: 'token',
  expression: `Patient.extension('${EYES}').value as code`,
  ...parts,
})
export const patientWithEyes = (id: string, colour: string, parts: object = {}) => ({
  ...{ resourceType: 'Patient', id, extension: [{ url: EYES, valueCode: colour }] },
  ...parts,
})
