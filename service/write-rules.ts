/** What a deployment asks of every write, beyond R4's own rules. createFhirService takes a part of them to change. */
export interface WriteRules {
  /**
   * required: an update, patch or delete of what is there has to say by If-Match which version it changes, and the
   * statement tells so (`versioned-update`). R4 http.html#concurrency
   */
  readonly ifMatch: 'optional' | 'required'
  /**
   * enforced: a reference to a resource of this server has to lead to one, and what others refer to can not be deleted.
   * R4 valueset-reference-handling-policy.html
   */
  readonly referenceIntegrity: 'off' | 'enforced'
  /**
   * Elements (`Observation.subject`) whose references get the version that their target has when they are written.
   * R4 references.html: by default a reference is to whatever is the newest version.
   */
  readonly versionedReferences: ReadonlySet<string>
  /** Resources that one conditional delete may delete: R4 http.html#3.1.0.7.1. More are refused, all of them. */
  readonly conditionalDeleteMax: number
}

export const DEFAULT_WRITE_RULES: WriteRules = Object.freeze({
  ifMatch: 'optional',
  referenceIntegrity: 'off',
  versionedReferences: new Set<string>(),
  conditionalDeleteMax: 1,
})
