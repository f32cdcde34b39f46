import type { HttpResponse } from '#rest/http-message.ts'
import { jsonResponse } from '#rest/response.ts'
import { encodeUtf8 } from '#service/index.ts'
import { GRAPHQL_PATH } from './addresses.ts'

/** What is where, for whoever opens the server in a browser. */
export function indexPage(baseUrl: string): HttpResponse {
  const page = {
    fhir: baseUrl,
    capabilities: `${baseUrl}/metadata`,
    graphql: new URL(GRAPHQL_PATH, baseUrl).href,
  }
  const rendering = { contentType: 'application/json; charset=utf-8', pretty: true }
  return jsonResponse(rendering, 200, {}, encodeUtf8(JSON.stringify(page)))
}
