/** What the CapabilityStatement says of the software; a test holds the version equal to package.json's. */
export const SOFTWARE = Object.freeze({
  name: 'FHIR Gateway',
  version: '0.1.0',
  /** When what the CapabilityStatement says last changed. */
  date: '2026-11-22',
})
