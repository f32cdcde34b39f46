/** Ids by which a client and the log speak of the same request. */

const REQUEST_ID = /^[A-Za-z0-9._:/+=-]{1,128}$/

/** The id that a client gave, where it is one: it goes into headers, logs and the provenance of what is written. */
export const givenRequestId = (text: string | undefined): string | undefined =>
  text !== undefined && REQUEST_ID.test(text) ? text : undefined

/** @param prefix unique to this process. */
export function createRequestIds(prefix: string): () => string {
  let count = 0
  return () => `${prefix}-${(++count).toString(36)}`
}
