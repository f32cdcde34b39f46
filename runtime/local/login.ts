/** For the local server: tokens of one issuer, verified here as API Gateway does it before a deployment's functions. */
import { JwtVerifier } from 'aws-jwt-verify'
import { FetchError, JwtBaseError, JwtInvalidClaimError } from 'aws-jwt-verify/error'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { fault } from '#service/index.ts'
import type { LoginConfig } from '../access-environment.ts'
import { type Claims, type Identity, type IdentityTerms, identityOf } from '../identity.ts'

/** Takes the value of an Authorization header. Rejects with a Fault: unauthenticated, forbidden, unavailable. */
export type Login = (authorization: string | undefined) => Promise<Identity>

const KEYS_MS_MAX = 5000

export function createLogin({ issuer, audience, keysUrl }: LoginConfig, terms: IdentityTerms): Login {
  const keys = new SimpleJwksCache({
    // The library's own fetches by https alone, and an issuer may be on this machine.
    fetcher: {
      fetch: async url => {
        const response = await fetch(url, { signal: AbortSignal.timeout(KEYS_MS_MAX) })
        if (!response.ok) throw new Error(`The issuer's keys came with status ${response.status}`)
        return response.arrayBuffer()
      },
    },
  })
  const verifier = JwtVerifier.create({ issuer, audience, jwksUri: keysUrl }, { jwksCache: keys })
  return async authorization => {
    // AppSync takes tokens without a scheme, and clients send them so.
    const [, token] = /^(?:Bearer +)?([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '') ?? []
    if (token === undefined) throw fault('unauthenticated', NO_TOKEN)
    return identityOf(await verifier.verify(token).catch(refuse), terms)
  }
}

const NO_TOKEN = 'There is no token: send one in the Authorization header, as "Bearer" and the token'

function refuse(failure: unknown): Claims {
  // What the library says quotes the token's claims.
  if (failure instanceof JwtInvalidClaimError)
    throw fault('unauthenticated', 'The token is expired, or made by another issuer or for another audience', {
      cause: failure,
    })
  if (failure instanceof JwtBaseError && !(failure instanceof FetchError))
    throw fault('unauthenticated', 'The token is not signed by a key of the issuer', { cause: failure })
  throw fault('unavailable', "The issuer's keys could not be read: try again", { cause: failure, retryAfterSeconds: 1 })
}
