/** What every FHIR response has in common. R4 http.html#general, #versions */
import {
  addressedByMembers,
  bytesOfJson,
  decodeUtf8,
  encodeUtf8,
  type FhirService,
  formatEntityTag,
  type Revealed,
  type VersionAttributes,
} from '#service/index.ts'
import { FHIR_JSON, isXmlType } from './content.ts'
import { type HttpResponse, wholeBody } from './http-message.ts'
import { prettyJson } from './pretty.ts'

export type Headers = Record<string, string>

/**
 * Only the client itself may keep an answer, since it holds health data that another caller may not see; and it asks
 * again before each use, since the resource or the rights to it may have changed. With If-None-Match that costs a 304.
 */
const CACHE_CONTROL = 'private, no-cache'

/** How an answer's body is to be written, decided before the interaction runs. */
export interface Rendering {
  readonly contentType: string
  readonly pretty: boolean
}

export const DEFAULT_RENDERING: Rendering = { contentType: `${FHIR_JSON}; charset=utf-8`, pretty: false }

export function jsonResponse(
  rendering: Rendering,
  status: number,
  headers: Headers,
  body: Uint8Array | readonly Uint8Array[],
): HttpResponse {
  headers['Content-Type'] = rendering.contentType
  headers['Cache-Control'] = CACHE_CONTROL
  if (isXmlType(rendering.contentType)) return { status, headers, body, xml: rendering.pretty ? 'indented' : 'compact' }
  return { status, headers, body: rendering.pretty ? prettyBytes(body) : body }
}

const prettyBytes = (body: Uint8Array | readonly Uint8Array[]): Uint8Array =>
  encodeUtf8(prettyJson(decodeUtf8(wholeBody(body))))

export const emptyResponse = (status: number, headers: Headers): HttpResponse => {
  headers['Cache-Control'] = CACHE_CONTROL
  return { status, headers, body: undefined }
}

/** ETag and Last-Modified. HTTP dates have whole seconds: meta.lastUpdated has the milliseconds. */
export const versionHeaders = (version: VersionAttributes): Headers => ({
  ETag: formatEntityTag(version.versionId),
  'Last-Modified': new Date(version.lastUpdated).toUTCString(),
})

export const versionUrl = (baseUrl: string, version: VersionAttributes): string =>
  `${baseUrl}/${version.type}/${version.id}/_history/${version.versionId}`

/** A version as it is sent: a Binary of clients of FHIR Works on AWS has members that R4, and so XML, does not know. */
export const shown = ({ binaries }: FhirService, { contentType }: Rendering, version: Revealed): Revealed =>
  version.type === 'Binary' && binaries.urls === 'members' && !isXmlType(contentType)
    ? addressedByMembers(version)
    : version

export const resourceResponse = (rendering: Rendering, version: Revealed): HttpResponse =>
  jsonResponse(rendering, 200, versionHeaders(version), bytesOfJson(version.body))
