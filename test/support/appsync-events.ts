/** Events as AppSync sends them to a resolver's Lambda function. */
import type { JsonObject } from '#service/resource/content.ts'

export interface EventParts {
  readonly arguments?: Readonly<Record<string, unknown>>
  readonly variables?: Readonly<Record<string, unknown>>
  readonly selection?: string
  readonly source?: JsonObject
  /** Default: a practitioner's. null: by API key. */
  readonly identity?: object | null
}

/** After a login by Cognito. */
export const cognitoIdentity = (claims: Readonly<Record<string, unknown>>) => ({
  claims: {
    iss: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI',
    aud: '1h57kf5cpq17m0eml12EXAMPLE',
    token_use: 'id',
    ...claims,
  },
  defaultAuthStrategy: 'ALLOW',
  groups: claims['cognito:groups'] ?? null,
  issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI',
  sourceIp: ['203.0.113.7'],
  sub: claims.sub,
  username: claims.sub,
})

const PRACTITIONER = cognitoIdentity({ sub: '0f1e2d3c', 'cognito:groups': ['practitioner'] })

/** `appsyncEvent('Query', 'Patient', { arguments: { id: '1' }, selection: '{ id }' })` */
export const appsyncEvent = (parentTypeName: string, fieldName: string, parts: EventParts = {}) => ({
  arguments: parts.arguments ?? {},
  identity: parts.identity === undefined ? PRACTITIONER : parts.identity,
  source: parts.source ?? null,
  request: { headers: { 'content-type': 'application/json' }, domainName: null },
  prev: null,
  info: {
    selectionSetList: [],
    selectionSetGraphQL: parts.selection ?? '',
    fieldName,
    parentTypeName,
    variables: parts.variables ?? {},
  },
  stash: {},
})
