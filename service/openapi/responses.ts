/** What may be answered, by status. R4 http.html#Status-Codes */
import type { JsonObject } from '../resource/content.ts'

const FORMATS = [
  'application/fhir+json',
  'application/json',
  'text/json',
  'application/fhir+xml',
  'application/xml',
  'text/xml',
]

const RESOURCE: JsonObject = { $ref: '#/components/schemas/Resource' }
const OUTCOME: JsonObject = { $ref: '#/components/schemas/OperationOutcome' }

/** JSON is described; XML says the same by R4 xml.html. */
const contentOf = (schema: JsonObject): JsonObject =>
  Object.fromEntries(FORMATS.map(type => [type, type.endsWith('json') ? { schema } : {}]))

export const RESOURCE_CONTENT: JsonObject = contentOf(RESOURCE)

const SUCCESSES: Readonly<Record<number, string>> = {
  200: 'The resource, or a Bundle of what was found',
  201: 'A new resource or version',
  202: 'Taken; Content-Location is where its status is',
  204: 'Done; there is nothing to say',
  206: 'A range of the bytes',
  304: 'The caller has this version',
  307: 'The bytes are elsewhere',
}

const FAILURES: Readonly<Record<number, string>> = {
  400: 'The request can not be understood',
  401: 'Who asks is not known',
  403: 'The caller may not do this',
  404: 'There is no such address, type, operation or resource',
  405: 'The address has no such method',
  406: 'No format that Accept or _format names',
  409: 'Others write the same at the same time',
  410: 'The resource was deleted, or the page link has ended',
  412: 'If-Match, If-None-Match or a condition does not hold',
  413: 'The request is too large',
  414: 'The address is too long',
  415: 'The Content-Type is not taken',
  416: 'The range is not within the bytes',
  422: 'The content breaks the rules of its type, or the work costs too much',
  429: 'Too many requests',
  501: 'Known to R4 and not offered',
  503: 'A part that is needed does not answer: try again',
}

/** Whatever is asked for may meet these. */
const ALWAYS = [400, 401, 403, 404, 406, 413, 422, 429, 503]

/** Components that the documents' responses refer to. */
export const RESPONSES: JsonObject = {
  ...Object.fromEntries(
    Object.entries(SUCCESSES).map(([status, description]) => [`Status${status}`, success(status, description)]),
  ),
  ...Object.fromEntries(
    Object.entries(FAILURES).map(([status, description]) => [
      `Status${status}`,
      { description, content: contentOf(OUTCOME) },
    ]),
  ),
}

function success(status: string, description: string): JsonObject {
  return status === '200' || status === '201' ? { description, content: RESOURCE_CONTENT } : { description }
}

/** The `responses` of an operation: its own statuses and those that any may have. */
export const responsesOf = (...statuses: readonly number[]): JsonObject =>
  Object.fromEntries(
    [...new Set([...statuses, ...ALWAYS])]
      .sort((left, right) => left - right)
      .map(status => [String(status), { $ref: `#/components/responses/Status${status}` }]),
  )
