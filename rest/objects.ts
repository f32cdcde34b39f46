/** Bytes at URLs that the gateway has given, in place of those of an object store: for whoever has the URL. */
import { fault, OBJECTS_SEGMENT } from '#service/index.ts'
import { bytesResponse } from './bytes-response.ts'
import type { Exchange } from './exchange.ts'
import type { HttpResponse } from './http-message.ts'
import { emptyResponse } from './response.ts'

const PATH = new RegExp(`^/${OBJECTS_SEGMENT}/([^/]+)/([^/]+)$`)

export const isObjectPath = (path: string): boolean => path.startsWith(`/${OBJECTS_SEGMENT}/`)

const METHODS = ['GET', 'HEAD', 'PUT']

export async function answerObject(
  { service, request, rendering }: Pick<Exchange, 'service' | 'request' | 'rendering'>,
  path: string,
): Promise<HttpResponse> {
  const { method, headers, stream, body = new Uint8Array(), call } = request
  const [, tenant, sealed] = PATH.exec(path) ?? []
  if (tenant === undefined || sealed === undefined) throw fault('not-found', 'There is nothing at this URL')
  if (!METHODS.includes(method)) {
    throw fault('method-not-allowed', `A URL of bytes takes ${METHODS.join(', ')}, not ${method}`, { allow: METHODS })
  }
  if (method !== 'PUT') return bytesResponse({ request, rendering }, await service.getObject(call, { tenant, sealed }))
  const contentType = headers['content-type']
  await service.putObject(call, { tenant, sealed, contentType, bytes: stream ?? body })
  return emptyResponse(200, {})
}
