/** Which names lead to this very machine: a server without a login is safe from web pages by them. */

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i

/** Whether a server that listens there is reached from this machine alone. */
export const isLoopbackAddress = (host: string): boolean => LOOPBACK.test(host)

/**
 * Whether a request with this Host header was meant for this machine. A page of `evil.example` whose name is made to
 * lead to 127.0.0.1 (DNS rebinding) counts as its own origin in the browser: only the Host header tells. Requests
 * without one come from no browser.
 */
export const isLoopbackHost = (host: string | undefined): boolean =>
  host === undefined || LOOPBACK.test(host.replace(/:\d{1,5}$/, ''))
