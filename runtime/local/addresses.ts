/** What the local server has at which path. */

export const FHIR_PATH = '/fhir'
export const GRAPHQL_PATH = '/graphql'

export type Target = 'fhir' | 'graphql' | 'index' | 'nothing'

export interface Address {
  readonly target: Target
  /** Path and query below the target's own path. */
  readonly url: string
}

const NOTHING: Address = { target: 'nothing', url: '' }

/** @param url path and query, as the request line has them. */
export function addressOf(url: string): Address {
  if (isBelow(url, FHIR_PATH)) return { target: 'fhir', url: url.slice(FHIR_PATH.length) }
  if (isBelow(url, GRAPHQL_PATH)) return { target: 'graphql', url: url.slice(GRAPHQL_PATH.length) }
  return url === '/' || url.startsWith('/?') ? { target: 'index', url } : NOTHING
}

/** AppSync's clients make this of an endpoint that is not AWS's. @param url of a request for a WebSocket. */
export const isRealtime = (url: string): boolean => /^\/graphql\/realtime\/?(?:\?|$)/.test(url)

function isBelow(url: string, path: string): boolean {
  if (!url.startsWith(path)) return false
  const next = url.charAt(path.length)
  return next === '' || next === '/' || next === '?'
}

/** The `$graphql` operation of the system or of an instance. */
export const isGraphqlOperation = (url: string): boolean => /\/(?:\$|%24)graphql(?:\?|$)/.test(url)

const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/

/**
 * The base of the FHIR endpoint as this client reaches it.
 * @param host the request's Host header: it goes into answers, so what is no host is not taken.
 */
export const baseUrlOf = (scheme: Scheme, host: string | undefined, fallback: string): string =>
  host !== undefined && HOST.test(host) ? `${scheme}://${host}${FHIR_PATH}` : fallback

export type Scheme = 'http' | 'https'
