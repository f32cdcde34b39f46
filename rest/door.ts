/** The FHIR REST door: HTTP in, one call of the service, HTTP out. R4 http.html */
import {
  asksForAttachmentUrls,
  decodeUtf8,
  type FhirService,
  fault,
  type Interaction,
  type Parameters,
  parseInteraction,
  parseQueryString,
} from '#service/index.ts'
import { answerBytes, readsBytes, takeBytes, writesBytes } from './binary.ts'
import { assertContentType, FHIR_ANSWER, isXmlType, negotiateAnswer, RESOURCE_BODY } from './content.ts'
import type { Exchange } from './exchange.ts'
import { faultToResponse } from './fault-to-response.ts'
import { type HttpOptions, withHttpManners } from './http-manners.ts'
import type { HttpHandler, HttpRequest, HttpResponse } from './http-message.ts'
import { answerInteraction } from './interactions.ts'
import { answerObject, isObjectPath } from './objects.ts'
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
    if (isObjectPath(path)) return await answerObject({ service, request, rendering }, path)
    const interaction = parseInteraction(request.method, path, others)
    // Before anything is done: an update whose answer can't be given must not happen.
    const isBytes = readsBytes(service.binaries, interaction, request, format)
    if (!isGraphql(interaction) && !isBytes)
      rendering = { contentType: negotiateAnswer(FHIR_ANSWER, request.headers.accept, format), pretty }
    const asked = asPreferred(service, request, interaction)
    const response = await respond({ service, request: asked, rendering, general }, interaction, isBytes)
    return await inFormat(service, request, asked === request ? response : withPassingUrls(response))
  } catch (failure) {
    return inFormat(service, request, faultToResponse(failure, rendering, request.call))
  }
}

/** Interactions whose answers are given as they are stored. */
const WRITING: ReadonlySet<Interaction['kind']> = new Set<Interaction['kind']>([
  'create',
  'update',
  'patch',
  'delete',
  'conditional-update',
  'conditional-patch',
  'conditional-delete',
])

/** The request with what the client prefers of Attachments, where this server does that. */
function asPreferred({ binaries }: FhirService, request: HttpRequest, { kind }: Interaction): HttpRequest {
  const { headers, call } = request
  if (binaries.attachmentUrls !== 'on-request' || WRITING.has(kind) || !asksForAttachmentUrls(headers.prefer)) {
    return request
  }
  return { ...request, call: { ...call, attachments: 'presigned' } }
}

/** URLs that are good for minutes are in it: nobody is to keep the answer. */
function withPassingUrls(response: HttpResponse): HttpResponse {
  if (response.status !== OK) return response
  const headers = {
    ...response.headers,
    'Cache-Control': 'no-store',
    'Preference-Applied': 'attachment-urls=presigned',
  }
  return { ...response, headers }
}

const OK = 200

async function respond(exchange: Exchange, interaction: Interaction, isBytes: boolean): Promise<HttpResponse> {
  const { service, request } = exchange
  if (isBytes && (interaction.kind === 'read' || interaction.kind === 'vread'))
    return answerBytes(exchange, interaction)
  if (
    (interaction.kind === 'create' || interaction.kind === 'update') &&
    writesBytes(service.binaries, interaction, request)
  )
    return takeBytes(exchange, interaction)
  if (isUntypedBinary(interaction, request)) throw fault('unsupported-media-type', UNTYPED_BINARY)
  return answerInteraction({ ...exchange, request: await withContent(service, request, interaction) }, interaction)
}

const UNTYPED_BINARY =
  'The request has no Content-Type. Send that of the bytes, or application/fhir+json with a Binary resource.'

const isUntypedBinary = (interaction: Interaction, { headers }: HttpRequest): boolean =>
  (interaction.kind === 'create' || interaction.kind === 'update') &&
  interaction.type === 'Binary' &&
  !headers['content-type']

/** Interactions with a resource in the body, which may be XML. */
const TAKING_RESOURCES: ReadonlySet<Interaction['kind']> = new Set<Interaction['kind']>([
  'create',
  'update',
  'patch',
  'conditional-update',
  'conditional-patch',
  'bundle',
  'operation',
])

/** The request with its resource read, where that is XML: what comes behind sees no difference. */
async function withContent(service: FhirService, request: HttpRequest, interaction: Interaction): Promise<HttpRequest> {
  const { body, headers, call } = request
  const contentType = headers['content-type']
  if (!contentType || !body?.byteLength || !TAKING_RESOURCES.has(interaction.kind)) return request
  if (!isXmlType(contentType) || isGraphql(interaction)) return request
  assertContentType(contentType, RESOURCE_BODY)
  const { read } = await service.xml(call)
  return { ...request, content: read(decodeUtf8(body)) }
}

async function inFormat(service: FhirService, { call }: HttpRequest, response: HttpResponse): Promise<HttpResponse> {
  const { status, headers, body, xml } = response
  if (!xml || !body) return response
  const { write } = await service.xml(call)
  return { status, headers, body: write(body, { layout: xml }) }
}

/** Its results are no resources and negotiate for themselves; its refusals are OperationOutcomes. */
const isGraphql = (interaction: Interaction): boolean =>
  interaction.kind === 'operation' && interaction.name === 'graphql'
