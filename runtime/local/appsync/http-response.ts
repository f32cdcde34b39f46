import type { HttpRequest, HttpResponse } from '#rest/http-message.ts'
import { encodeUtf8 } from '#service/index.ts'
import type { AppSyncError } from './errors.ts'

export interface Answer {
  /** As AppSync gives it. */
  readonly status: number
  readonly data?: unknown
  readonly errors?: readonly AppSyncError[]
  /** The request was well-formed, and its document or its variables were not: nothing was executed. */
  readonly refused?: 'document'
}

const JSON_TYPE = 'application/json'
const GRAPHQL_TYPE = 'application/graphql-response+json'

/**
 * AppSync answers with JSON. To a client that names a media type the answer is what GraphQL over HTTP says of it: a
 * document that is refused is 200 in JSON, and 400 without data in GraphQL's own type.
 */
export function httpResponse({ headers: { accept = '' } }: HttpRequest, answer: Answer): HttpResponse {
  const { data = null, errors, refused } = answer
  const type = accept.includes(GRAPHQL_TYPE) ? GRAPHQL_TYPE : JSON_TYPE
  const isBare = type === GRAPHQL_TYPE && answer.data === undefined
  const body = { ...(!isBare && { data }), ...(errors && { errors }) }
  const headers = { 'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': 'private, no-store' }
  const status = refused ? statusOfRefused(type, accept, answer.status) : answer.status
  return { status, headers, body: encodeUtf8(JSON.stringify(body)) }
}

function statusOfRefused(type: string, accept: string, status: number): number {
  if (type === GRAPHQL_TYPE) return 400
  return accept.includes(JSON_TYPE) ? 200 : status
}
