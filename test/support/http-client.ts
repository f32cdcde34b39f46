/** Plain requests to a gateway over HTTP. */
import type { JsonObject } from '#service/resource/content.ts'
import type { HttpWorld } from './http-world.ts'

export interface HttpAnswer {
  readonly status: number
  readonly headers: Headers
  /** Parsed where it is JSON. */
  readonly body: JsonObject
}

export interface HttpParts {
  /** An object is sent as FHIR JSON. */
  readonly body?: object | string
  readonly headers?: Readonly<Record<string, string>>
}

/** `send('GET Patient/1')`, below the FHIR endpoint. */
export const httpClient =
  ({ baseUrl }: Pick<HttpWorld, 'baseUrl'>) =>
  async (line: string, { body, headers = {} }: HttpParts = {}): Promise<HttpAnswer> => {
    const [method = 'GET', path = ''] = line.split(' ')
    const response = await fetch(path === '' ? baseUrl : `${baseUrl}/${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/fhir+json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text.startsWith('{') ? JSON.parse(text) : {} }
  }

/** A GraphQL request; the whole answer. */
export async function askGraphql(
  { graphqlUrl }: HttpWorld,
  query: string,
  variables: object = {},
): Promise<JsonObject> {
  const response = await fetch(graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  return (await response.json()) as JsonObject
}

/** Ids of a searchset, sorted. */
export const idsOf = ({ body }: HttpAnswer): string[] =>
  ((body.entry ?? []) as { readonly resource: { readonly id: string } }[]).map(({ resource }) => resource.id).sort()
