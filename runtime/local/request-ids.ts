/** Ids by which a client and the log speak of the same request. */

const REQUEST_ID = /^[A-Za-z0-9._:/+=-]{1,128}$/

/** @param prefix unique to this process. */
export function createRequestIds(prefix: string): (given: string | undefined) => string {
  let count = 0
  // A client's own id is kept where it is one: it goes into logs and headers.
  return given => (given !== undefined && REQUEST_ID.test(given) ? given : `${prefix}-${(++count).toString(36)}`)
}
