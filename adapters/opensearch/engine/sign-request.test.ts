import { AwsSigv4Signer } from '@opensearch-project/opensearch/aws-v3'
import { expect, test } from 'vitest'
import { awsSigner, signRequest } from './sign-request.ts'

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const TIME = Date.UTC(2015, 7, 30, 12, 36)
const HOST = 'search-a.us-east-1.es.amazonaws.com'

const scope = { region: 'us-east-1', service: 'es', time: new Date(TIME) }

/** What the engine's own client sends. */
function signedByClient(path: string, sessionToken?: string): Record<string, string> {
  const { buildSignedRequestObject } = AwsSigv4Signer({ region: 'us-east-1', getCredentials: async () => CREDENTIALS })
  const { headers } = buildSignedRequestObject({
    method: 'GET',
    hostname: HOST,
    path,
    headers: { host: HOST, 'X-Amz-Date': '20150830T123600Z' },
    auth: { credentials: { ...CREDENTIALS, sessionToken }, region: 'us-east-1', service: 'es' },
  }) as { headers: Record<string, string> }
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

test.each([
  ['/fhir-read/_search', {}],
  ['/fhir-read/_search', { routing: 'clinic', filter_path: 'hits.total.value,hits.hits.sort', a: "b *'()!~" }],
  ['/_alias/fhir-*,b', { b: '2', 'b-c': '3', B: '1' }],
])('signs %s as the client of the engine does', (path, query) => {
  const search = Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
  const sent = search === '' ? path : `${path}?${search}`
  for (const sessionToken of [undefined, 'a/token==']) {
    const credentials = sessionToken === undefined ? CREDENTIALS : { ...CREDENTIALS, sessionToken }
    const signed = signRequest({ method: 'GET', host: HOST, path, query, body: '' }, credentials, scope)
    expect({ host: HOST, ...signed }).toEqual(signedByClient(sent, sessionToken))
  }
})

test('a body is signed by its hash', () => {
  const request = { method: 'POST', host: HOST, path: '/_bulk', query: {}, body: '{}\n' }
  const first = signRequest(request, CREDENTIALS, scope)
  const second = signRequest({ ...request, body: '{} \n' }, CREDENTIALS, scope)
  expect(first).toEqual({
    'x-amz-content-sha256': 'ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356',
    'x-amz-date': '20150830T123600Z',
    authorization: expect.stringMatching(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/us-east-1\/es\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=[0-9a-f]{64}$/,
    ),
  })
  expect(second.authorization).not.toBe(first.authorization)
})

test('asks for the credentials and the time of each request', async () => {
  let now = TIME
  const keys = ['one', 'two']
  const sign = awsSigner({
    region: 'us-east-1',
    credentials: async () => ({ ...CREDENTIALS, accessKeyId: keys.shift() ?? '' }),
    clock: { now: () => now },
  })
  const request = { method: 'GET', host: HOST, path: '/', query: {}, body: '' }
  const first = await sign(request)
  now += 86_400_000
  const second = await sign(request)
  expect([first.authorization, second.authorization].map(text => /Credential=([^,]+)/.exec(text ?? '')?.[1])).toEqual([
    'one/20150830/us-east-1/es/aws4_request',
    'two/20150831/us-east-1/es/aws4_request',
  ])
})
