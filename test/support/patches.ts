/** A resource to patch, and patches of FHIRPath in few words. */

export const NAMED = {
  resourceType: 'Patient',
  id: 'a',
  identifier: [{ system: 'urn:mrn', value: '7' }],
  active: true,
  name: [{ family: 'Berg', given: ['Ada', 'Eva'] }, { family: 'Alt' }],
  birthDate: '1970-01-01',
}

/** Operations of a FHIRPath Patch; what is no string is a parameter's own members. */
export const fhirpathPatch = (...operations: readonly Readonly<Record<string, string | number | object>>[]) => ({
  body: {
    resourceType: 'Parameters',
    parameter: operations.map(operation => ({
      name: 'operation',
      part: Object.entries(operation).map(([name, value]) => {
        if (typeof value === 'object') return { name, ...value }
        return typeof value === 'number' ? { name, valueInteger: value } : { name, valueString: value }
      }),
    })),
  },
})
