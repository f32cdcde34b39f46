import { decodeUtf8, fault, type JsonValue, parseJson } from '#service/index.ts'
import { assertContentType, RESOURCE_BODY } from './content.ts'
import type { HttpRequest } from './http-message.ts'

/** The resource in the body. */
export function jsonBody(request: HttpRequest): JsonValue {
  assertContentType(request.headers['content-type'], RESOURCE_BODY)
  return request.content ?? parseJson(bodyText(request, 'the resource'))
}

/** @throws Fault invalid where it is no UTF-8, or there is none. */
export function bodyText({ body }: HttpRequest, wanted: 'the resource' | 'the patch'): string {
  if (!body?.byteLength) throw fault('invalid', `The request has no body: send ${wanted}`, { code: 'structure' })
  return decodeUtf8(body)
}
