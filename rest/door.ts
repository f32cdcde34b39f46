/** The FHIR REST door: HTTP in, one call of the service, HTTP out. R4 http.html */
import {
  type FhirService,
  type Interaction,
  type Parameters,
  parseInteraction,
  parseQueryString,
} from '#service/index.ts'
import { FHIR_ANSWER, negotiateAnswer } from './content.ts'
import { faultToResponse } from './fault-to-response.ts'
import { type HttpOptions, withHttpManners } from './http-manners.ts'
import type { HttpHandler, HttpRequest, HttpResponse } from './http-message.ts'
import { answerInteraction } from './interactions.ts'
import { splitGeneral } from './request.ts'
import { DEFAULT_RENDERING } from './response.ts'

/** Never rejects: whatever goes wrong is a response. */
export const createRestDoor = (service: FhirService, options: HttpOptions = {}): HttpHandler =>
  withHttpManners(request => answer(service, request), options)

const NO_PARAMETERS: Parameters = []

async function answer(service: FhirService, request: HttpRequest): Promise<HttpResponse> {
  let rendering = DEFAULT_RENDERING
  try {
    const mark = request.url.indexOf('?')
    const path = mark < 0 ? request.url : request.url.slice(0, mark)
    const parameters = mark < 0 ? NO_PARAMETERS : parseQueryString(request.url.slice(mark + 1))
    const { format, pretty, general, others } = splitGeneral(parameters)
    rendering = { ...rendering, pretty }
    const interaction = parseInteraction(request.method, path, others)
    // Before anything is done: an update whose answer can't be given must not happen.
    if (!isGraphql(interaction))
      rendering = { contentType: negotiateAnswer(FHIR_ANSWER, request.headers.accept, format), pretty }
    return await answerInteraction({ service, request, rendering, general }, interaction)
  } catch (failure) {
    return faultToResponse(failure, rendering, request.call)
  }
}

/** Its results are no resources and negotiate for themselves; its refusals are OperationOutcomes. */
const isGraphql = (interaction: Interaction): boolean =>
  interaction.kind === 'operation' && interaction.name === 'graphql'
