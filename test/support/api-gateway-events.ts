/** Events as API Gateway sends them to a Lambda proxy integration (payload version 1.0), with all that comes along. */

export interface EventParts {
  readonly method?: string
  /** Below the stage: `/fhir/Patient`. */
  readonly path?: string
  /** As repeated in the query: `{ identifier: ['a', 'b'] }`. */
  readonly query?: Readonly<Record<string, readonly string[]>>
  readonly headers?: Readonly<Record<string, readonly string[]>>
  readonly body?: string
  readonly isBase64Encoded?: boolean
  /** As in the address; empty under a custom domain. */
  readonly stagePath?: string
  readonly domainName?: string
  /** Of the token; null: the address needs none. Default: a practitioner's. */
  readonly claims?: Readonly<Record<string, string>> | null
}

/** As Cognito makes them and the authorizer hands them on: each a text. */
export const PRACTITIONER_CLAIMS: Readonly<Record<string, string>> = Object.freeze({
  sub: '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
  'cognito:groups': 'practitioner',
  'cognito:username': '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
  email: 'ann@example.org',
  email_verified: 'true',
  iss: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI',
  aud: '1h57kf5cpq17m0eml12EXAMPLE',
  token_use: 'id',
  auth_time: '1706933100',
  iat: 'Sat Feb 03 04:05:00 UTC 2024',
  exp: 'Sat Feb 03 05:05:00 UTC 2024',
})

const EXECUTE_DOMAIN = 'a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com'

export function apiGatewayEvent(parts: EventParts) {
  const { method = 'GET', path = '/fhir', stagePath = '/prod', domainName = EXECUTE_DOMAIN } = parts
  const { claims = PRACTITIONER_CLAIMS } = parts
  const multiValueHeaders = {
    Accept: ['application/fhir+json'],
    Host: [domainName],
    'User-Agent': ['curl/8.5.0'],
    'X-Amzn-Trace-Id': ['Root=1-67891233-abcdef012345678912345678'],
    'X-Forwarded-For': ['203.0.113.7'],
    'X-Forwarded-Port': ['443'],
    'X-Forwarded-Proto': ['https'],
    ...parts.headers,
  }
  return {
    resource: '/fhir/{proxy+}',
    path,
    httpMethod: method,
    headers: lastOf(multiValueHeaders),
    multiValueHeaders,
    queryStringParameters: parts.query ? lastOf(parts.query) : null,
    multiValueQueryStringParameters: parts.query ?? null,
    pathParameters: path.startsWith('/fhir/') ? { proxy: path.slice('/fhir/'.length) } : null,
    stageVariables: null,
    requestContext: {
      accountId: '123456789012',
      apiId: 'a1b2c3d4e5',
      ...(claims && { authorizer: { claims } }),
      domainName,
      domainPrefix: domainName.split('.')[0],
      extendedRequestId: 'aBcDeFgHiJkLmNo=',
      httpMethod: method,
      identity: { sourceIp: '203.0.113.7', userAgent: 'curl/8.5.0' },
      path: stagePath + path,
      protocol: 'HTTP/1.1',
      requestId: '3f1c2d4e-5a6b-7c8d-9e0f-1a2b3c4d5e6f',
      requestTime: '03/Feb/2024:04:05:06 +0000',
      requestTimeEpoch: 1_706_933_106_000,
      resourceId: 'abc123',
      resourcePath: '/fhir/{proxy+}',
      stage: 'prod',
    },
    body: parts.body ?? null,
    isBase64Encoded: parts.isBase64Encoded ?? false,
  }
}

const lastOf = (values: Readonly<Record<string, readonly string[]>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list.at(-1) ?? '']))
