export interface Ids {
  /** A new logical id: 1 to 64 of `A-Z a-z 0-9 - .` (R4 datatypes.html#id), unique without coordination. */
  resourceId(): string
  /** A new nonce: unique, unguessable, no meaning. */
  nonce(): string
}
