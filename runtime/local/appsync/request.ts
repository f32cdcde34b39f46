import { assertContentType, type BodyRule } from '#rest/content.ts'
import type { HttpRequest } from '#rest/http-message.ts'
import { decodeUtf8, fault, type Parameters, parseQueryString } from '#service/index.ts'

export interface GraphqlHttpRequest {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly operationName: string | undefined
}

const JSON_BODY: BodyRule = { types: ['application/json'], wanted: 'application/json' }

/**
 * GraphQL over HTTP: JSON by POST, parameters by GET. Variables are plain JSON, as AppSync has them.
 * @throws Fault invalid where the request has another form.
 */
export function readGraphqlRequest({ method, url, headers, body }: HttpRequest): GraphqlHttpRequest {
  if (method !== 'POST') return requestOf(parametersOf(url))
  assertContentType(headers['content-type'], JSON_BODY)
  const sent = parse(decodeUtf8(body ?? new Uint8Array()), 'The body')
  return requestOf(record(sent, 'The body'))
}

function parametersOf(url: string): Readonly<Record<string, unknown>> {
  const question = url.indexOf('?')
  const parameters: Parameters = question < 0 ? [] : parseQueryString(url.slice(question + 1))
  const { variables, extensions, ...given } = Object.fromEntries(parameters)
  return {
    ...given,
    ...(variables && { variables: parse(variables, 'variables') }),
    ...(extensions && { extensions: parse(extensions, 'extensions') }),
  }
}

function requestOf(sent: Readonly<Record<string, unknown>>): GraphqlHttpRequest {
  const { query, variables, operationName, extensions } = sent
  if (typeof query !== 'string') throw fault('invalid', 'GraphQL needs a document as text in query')
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    throw fault('invalid', 'operationName must be text')
  }
  if (extensions !== undefined && extensions !== null) record(extensions, 'extensions')
  return {
    query,
    variables: variables === undefined || variables === null ? {} : record(variables, 'variables'),
    operationName: operationName ? operationName : undefined,
  }
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw fault('invalid', `${name} must be JSON`, { code: 'structure', cause })
  }
}

function record(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw fault('invalid', `${name} must be a JSON object`)
}
