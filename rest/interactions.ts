/** Each interaction: decode, one call of the service, encode. R4 http.html */
import {
  decodeUtf8,
  encodeHistory,
  encodeSearchset,
  type FhirService,
  fault,
  type Interaction,
  type InteractionKind,
  parseQueryString,
  type ReadRequest,
  type SearchRequest,
} from '#service/index.ts'
import { jsonBody } from './body.ts'
import { assertContentType, FHIR_ANSWER, FORM_BODY, negotiateAnswer } from './content.ts'
import type { Exchange, Of } from './exchange.ts'
import { answerGraphql, answerGraphqlOn, takeDocument } from './graphql.ts'
import type { HttpRequest, HttpResponse } from './http-message.ts'
import { answerJobCancel, answerJobStatus, submitBundle } from './jobs.ts'
import {
  asksForFresh,
  type GeneralParameters,
  onceOf,
  preferenceOf,
  readConditionsOf,
  splitGeneral,
} from './request.ts'
import { emptyResponse, jsonResponse, type Rendering, resourceResponse, shown, versionHeaders } from './response.ts'
import {
  answerConditionalDelete,
  answerConditionalPatch,
  answerConditionalUpdate,
  answerCreate,
  answerDelete,
  answerPatch,
  answerUpdate,
} from './writes.ts'

type Handler<Kind extends InteractionKind> = (exchange: Exchange, interaction: Of<Kind>) => Promise<HttpResponse>

const HANDLERS: { readonly [Kind in InteractionKind]: Handler<Kind> } = {
  read: answerRead,
  vread: answerVread,
  create: answerCreate,
  update: answerUpdate,
  delete: answerDelete,
  history: answerHistory,
  search: (exchange, { type, parameters }) => answerSearch(exchange, { type, parameters }, type),
  bundle: answerBundle,
  capabilities: async ({ service, request, rendering }) =>
    jsonResponse(rendering, 200, {}, await service.capabilities(request.call)),
  'api-description': async ({ service, request }) => ({
    status: 200,
    headers: { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'private, no-cache' },
    body: await service.apiDescription(request.call),
  }),
  operation: answerOperation,
  'job-status': answerJobStatus,
  'job-cancel': answerJobCancel,
  patch: answerPatch,
  'conditional-update': answerConditionalUpdate,
  'conditional-patch': answerConditionalPatch,
  'conditional-delete': answerConditionalDelete,
  'search-system': (exchange, { parameters }) => answerSearch(exchange, { parameters }, ''),
  'search-compartment': (exchange, { compartment, type, parameters }) =>
    answerSearch(
      exchange,
      { compartment, parameters, ...(type !== '*' && { type }) },
      `${compartment.type}/${compartment.id}/${type}`,
    ),
}

export function answerInteraction(exchange: Exchange, interaction: Interaction): Promise<HttpResponse> {
  // Each handler takes the interaction of its own key: the compiler can't follow that through a look-up.
  const handler = HANDLERS[interaction.kind] as Handler<InteractionKind>
  return handler(exchange, interaction)
}

/** A Binary as clients of FHIR Works on AWS read it. */
const bytesAs = ({ binaries }: FhirService, type: string): Pick<ReadRequest, 'bytesAs'> =>
  type === 'Binary' && binaries.urls === 'members' ? { bytesAs: 'url' } : {}

async function answerRead({ service, request, rendering }: Exchange, { type, id, view }: Of<'read'>) {
  const asked = { type, id, view, ...readConditionsOf(request), ...bytesAs(service, type) }
  const result = await service.read(request.call, asked)
  return result.kind === 'found'
    ? resourceResponse(rendering, shown(service, rendering, result.version))
    : emptyResponse(304, versionHeaders(result.version))
}

async function answerVread({ service, request, rendering }: Exchange, { type, id, versionId, view }: Of<'vread'>) {
  const asked = { type, id, versionId, view, ...readConditionsOf(request), ...bytesAs(service, type) }
  const result = await service.vread(request.call, asked)
  return result.kind === 'found'
    ? resourceResponse(rendering, shown(service, rendering, result.version))
    : emptyResponse(304, versionHeaders(result.version))
}

async function answerHistory(exchange: Exchange, { type, id, parameters }: Of<'history'>) {
  const { service, request, rendering, general } = exchange
  const result = await service.history(request.call, {
    ...(type !== undefined && { type }),
    ...(id !== undefined && { id }),
    parameters,
  })
  const path = [type, id, '_history'].filter(segment => segment !== undefined).join('/')
  return jsonResponse(rendering, 200, {}, encodeHistory(result, { baseUrl: request.call.baseUrl, path, general }))
}

async function answerSearch(exchange: Exchange, asked: SearchRequest, path: string) {
  const { service, request, rendering } = exchange
  const { handling } = preferenceOf(request)
  const form = request.method === 'POST' ? formOf(request) : undefined
  const result = await service.search(request.call, {
    ...asked,
    parameters: form ? [...asked.parameters, ...form.others] : asked.parameters,
    ...(handling && { handling }),
    ...(asksForFresh(request) && { consistent: true }),
  })
  const general = form ? [...exchange.general, ...form.general] : exchange.general
  const bundle = encodeSearchset(result, { baseUrl: request.call.baseUrl, path, general })
  return jsonResponse(form ? renderingOf(form, rendering) : rendering, 200, {}, bundle)
}

/** `_format` and `_pretty` in a form are as good as in the query. */
const renderingOf = ({ format, pretty }: GeneralParameters, { contentType, pretty: asked }: Rendering): Rendering => ({
  contentType: format ? negotiateAnswer(FHIR_ANSWER, undefined, format) : contentType,
  pretty: pretty || asked,
})

async function answerBundle(exchange: Exchange) {
  const { service, request, rendering } = exchange
  const { return: prefer, async } = preferenceOf(request)
  if (request.headers['x-provenance'] !== undefined) {
    throw fault('invalid', 'X-Provenance goes with one resource: in a Bundle the Provenance is an entry')
  }
  if (async) return submitBundle(exchange)
  const content = jsonBody(request)
  const result = await service.bundle(request.call, { content, ...(prefer && { prefer }), ...onceOf(request) })
  return jsonResponse(rendering, 200, {}, result.body)
}

async function answerOperation(exchange: Exchange, operation: Of<'operation'>) {
  const { name, type, id, versionId } = operation
  // R4 graphql.html: of the system, or of an instance.
  if (name === 'graphql' && versionId === undefined && (type === undefined) === (id === undefined))
    return answerGraphql(
      exchange,
      operation.parameters,
      type !== undefined && id !== undefined ? { type, id } : undefined,
    )
  const { request, rendering, service } = exchange
  const content = request.body?.byteLength ? jsonBody(request) : undefined
  const [document, parameters] = takeDocument(operation.parameters)
  const { body, version } = await service.operation(request.call, {
    ...operation,
    parameters,
    method: request.method === 'POST' ? 'POST' : 'GET',
    ...(content !== undefined && { content }),
  })
  if (document !== undefined && body) return answerGraphqlOn(exchange, document, body)
  const headers = version ? versionHeaders(version) : {}
  return body ? jsonResponse(rendering, 200, headers, body) : emptyResponse(204, headers)
}

/** R4 http.html#search: POST _search takes parameters in the query and in the body. */
function formOf(request: HttpRequest): GeneralParameters | undefined {
  if (!request.body?.byteLength) return undefined
  assertContentType(request.headers['content-type'], FORM_BODY)
  return splitGeneral(parseQueryString(decodeUtf8(request.body)))
}
