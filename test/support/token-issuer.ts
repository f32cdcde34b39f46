/** An issuer of tokens that the test is: RS256, its key served as any issuer does. */
import { createSign, generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readAccess } from '#runtime/access-environment.ts'
import type { Config } from '#runtime/env.ts'
import { EnvironmentReader } from '#runtime/environment-reader.ts'

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
/** The issuer knows nothing of them. */
export const FOREIGN_KEYS = generateKeyPairSync('rsa', { modulusLength: 2048 })

export interface TokenIssuer {
  readonly issuer: string
  /** For the audience `web`, of `ann` in the tenant `east`, for ten minutes, as far as nothing else is claimed. */
  tokenOf(claims: object, pair?: typeof keys): string
  /** What a gateway that trusts it is configured with. */
  readonly config: Pick<Config, 'access' | 'logLevel'>
  close(): void
}

export const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

export const groups = (...names: readonly string[]) => ({ 'cognito:groups': names })

export async function startTokenIssuer(): Promise<TokenIssuer> {
  const jwk = { ...keys.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'RS256' }
  const server = createServer((_, response) => response.end(JSON.stringify({ keys: [jwk] })))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pool`
  const environment = { LOGIN_ISSUER: issuer, LOGIN_AUDIENCE: 'web', TENANCY: 'multi' }
  return {
    issuer,
    tokenOf(claims, { privateKey } = keys) {
      const now = Math.floor(Date.now() / 1000)
      const all = {
        iss: issuer,
        aud: 'web',
        sub: 'ann',
        exp: now + 600,
        iat: now,
        'custom:tenantId': 'east',
        ...claims,
      }
      const signed = `${base64({ alg: 'RS256', kid: 'k1', typ: 'JWT' })}.${base64(all)}`
      return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey).toString('base64url')}`
    },
    config: { access: readAccess(new EnvironmentReader(environment)), logLevel: 'silent' },
    close: () => server.close(),
  }
}
