import { decodeUtf8, encodeUtf8, type JsonValue, parseJson } from '#service/index.ts'
import { assertContentType, RESOURCE_BODY } from './content.ts'
import type { HttpRequest } from './http-message.ts'

const NO_BYTES = encodeUtf8('')

/** The resource in the body. */
export function jsonBody(request: HttpRequest): JsonValue {
  assertContentType(request.headers['content-type'], RESOURCE_BODY)
  return request.content ?? parseJson(bodyText(request))
}

/** @throws Fault invalid where it is no UTF-8. */
export const bodyText = (request: HttpRequest): string => decodeUtf8(request.body ?? NO_BYTES)
