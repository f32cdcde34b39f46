/** Each interaction: decode, one call of the service, encode. R4 http.html */
import {
  type DeleteResult,
  decodeUtf8,
  encodeHistory,
  encodeSearchset,
  encodeUtf8,
  type FhirService,
  fault,
  type Interaction,
  type InteractionKind,
  type JsonValue,
  type Parameters,
  parseJson,
  parseQueryString,
  type WriteResult,
} from '#service/index.ts'
import { assertContentType, FHIR_ANSWER, FORM_BODY, JSON_BODY, negotiateAnswer } from './content.ts'
import { outcomeResponse } from './fault-to-response.ts'
import { answerGraphql } from './graphql.ts'
import type { HttpRequest, HttpResponse } from './http-message.ts'
import {
  asksForFresh,
  createOnlyOf,
  type GeneralParameters,
  ifMatchOf,
  preferenceOf,
  readConditionsOf,
  splitGeneral,
} from './request.ts'
import {
  emptyResponse,
  type Headers,
  jsonResponse,
  type Rendering,
  resourceResponse,
  versionHeaders,
  versionUrl,
} from './response.ts'

/** A request whose body is as it was before Content-Encoding. */
export interface Exchange {
  readonly service: FhirService
  readonly request: HttpRequest
  readonly rendering: Rendering
  /** `_format` and `_pretty` of the query, for links to other pages. */
  readonly general: Parameters
}

type Of<Kind extends InteractionKind> = Extract<Interaction, { readonly kind: Kind }>

type Handler<Kind extends InteractionKind> = (exchange: Exchange, interaction: Of<Kind>) => Promise<HttpResponse>

const HANDLERS: { readonly [Kind in InteractionKind]: Handler<Kind> } = {
  read: answerRead,
  vread: answerVread,
  create: answerCreate,
  update: answerUpdate,
  delete: answerDelete,
  history: answerHistory,
  search: answerSearch,
  bundle: answerBundle,
  capabilities: async ({ service, request, rendering }) =>
    jsonResponse(rendering, 200, {}, await service.capabilities(request.call)),
  operation: answerOperation,
  patch: refuseInteraction('A patch'),
  'conditional-update': refuseInteraction('A conditional update'),
  'conditional-patch': refuseInteraction('A conditional patch'),
  'conditional-delete': refuseInteraction('A conditional delete'),
  'search-system': refuseInteraction('A search of all types'),
  'search-compartment': refuseInteraction('A search of a compartment by path'),
}

export function answerInteraction(exchange: Exchange, interaction: Interaction): Promise<HttpResponse> {
  // Each handler takes the interaction of its own key: the compiler can't follow that through a look-up.
  const handler = HANDLERS[interaction.kind] as Handler<InteractionKind>
  return handler(exchange, interaction)
}

async function answerRead({ service, request, rendering }: Exchange, { type, id, view }: Of<'read'>) {
  const result = await service.read(request.call, { type, id, view, ...readConditionsOf(request) })
  return result.kind === 'found'
    ? resourceResponse(rendering, result.version)
    : emptyResponse(304, versionHeaders(result.version))
}

async function answerVread({ service, request, rendering }: Exchange, { type, id, versionId, view }: Of<'vread'>) {
  const result = await service.vread(request.call, { type, id, versionId, view, ...readConditionsOf(request) })
  return result.kind === 'found'
    ? resourceResponse(rendering, result.version)
    : emptyResponse(304, versionHeaders(result.version))
}

async function answerCreate(exchange: Exchange, { type }: Of<'create'>) {
  const { service, request } = exchange
  const content = jsonBody(request)
  const condition = request.headers['if-none-exist']
  const ifNoneExist = condition?.startsWith('?') ? condition.slice(1) : condition
  const result = await service.create(request.call, {
    type,
    content,
    ...(ifNoneExist !== undefined && { ifNoneExist }),
  })
  return writeResponse(exchange, result)
}

async function answerUpdate(exchange: Exchange, { type, id }: Of<'update'>) {
  const { service, request } = exchange
  const ifMatch = ifMatchOf(request)
  const ifNoneMatch = createOnlyOf(request)
  const content = jsonBody(request)
  const result = await service.update(request.call, {
    type,
    id,
    content,
    ...(ifMatch !== undefined && { ifMatch }),
    ...(ifNoneMatch && { ifNoneMatch }),
  })
  return writeResponse(exchange, result)
}

const WRITTEN: Readonly<Record<WriteResult['kind'], { readonly status: number; readonly text: string }>> = {
  created: { status: 201, text: 'was created' },
  updated: { status: 200, text: 'was updated' },
  unchanged: { status: 200, text: 'meets the condition: nothing was created' },
}

function writeResponse({ request, rendering }: Exchange, { kind, version }: WriteResult): HttpResponse {
  const { status, text } = WRITTEN[kind]
  const headers = versionHeaders(version)
  const url = versionUrl(request.call.baseUrl, version)
  // R4 http.html#create, #upsert, #ccreate: Location names what a POST or PUT made or found.
  if (kind !== 'updated') headers.Location = url
  const { return: wanted } = preferenceOf(request)
  if (wanted === 'minimal') return emptyResponse(status, headers)
  if (wanted === 'OperationOutcome') {
    const diagnostics = `${version.type}/${version.id}/_history/${version.versionId} ${text}`
    return outcomeResponse(rendering, status, headers, [
      { severity: 'information', code: 'informational', diagnostics },
    ])
  }
  // RFC 9110, 8.7: of which version the body is, since the address of the request names the resource or the type.
  headers['Content-Location'] = url
  return jsonResponse(rendering, status, headers, version.body)
}

async function answerDelete({ service, request, rendering }: Exchange, { type, id }: Of<'delete'>) {
  const ifMatch = ifMatchOf(request)
  const result = await service.delete(request.call, { type, id, ...(ifMatch !== undefined && { ifMatch }) })
  const headers: Headers = result.version ? versionHeaders(result.version) : {}
  // R4 http.html#delete: 200 with an OperationOutcome, or 204.
  if (preferenceOf(request).return !== 'OperationOutcome') return emptyResponse(204, headers)
  const diagnostics = deletionText(type, id, result)
  return outcomeResponse(rendering, 200, headers, [{ severity: 'information', code: 'informational', diagnostics }])
}

const deletionText = (type: string, id: string, { version }: DeleteResult): string =>
  version ? `${type}/${id} was deleted` : `There was no ${type}/${id} to delete`

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

async function answerSearch(exchange: Exchange, { type, parameters }: Of<'search'>) {
  const { service, request, rendering } = exchange
  const { handling } = preferenceOf(request)
  const form = request.method === 'POST' ? formOf(request) : undefined
  const result = await service.search(request.call, {
    type,
    parameters: form ? [...parameters, ...form.others] : parameters,
    ...(handling && { handling }),
    ...(asksForFresh(request) && { consistent: true }),
  })
  const general = form ? [...exchange.general, ...form.general] : exchange.general
  const bundle = encodeSearchset(result, { baseUrl: request.call.baseUrl, path: type, general })
  return jsonResponse(form ? renderingOf(form, rendering) : rendering, 200, {}, bundle)
}

/** `_format` and `_pretty` in a form are as good as in the query. */
const renderingOf = ({ format, pretty }: GeneralParameters, { contentType, pretty: asked }: Rendering): Rendering => ({
  contentType: format ? negotiateAnswer(FHIR_ANSWER, undefined, format) : contentType,
  pretty: pretty || asked,
})

async function answerBundle({ service, request, rendering }: Exchange) {
  const { return: prefer } = preferenceOf(request)
  const result = await service.bundle(request.call, { content: jsonBody(request), ...(prefer && { prefer }) })
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
  const { body, version } = await service.operation(request.call, {
    ...operation,
    method: request.method === 'POST' ? 'POST' : 'GET',
    ...(content !== undefined && { content }),
  })
  const headers = version ? versionHeaders(version) : {}
  return body ? jsonResponse(rendering, 200, headers, body) : emptyResponse(204, headers)
}

function refuseInteraction(what: string): () => Promise<never> {
  return async () => {
    throw fault('unsupported', `${what} is not supported by this server.`)
  }
}

const NO_BYTES = encodeUtf8('')

function jsonBody(request: HttpRequest): JsonValue {
  assertContentType(request.headers['content-type'], JSON_BODY)
  return parseJson(decodeUtf8(request.body ?? NO_BYTES))
}

/** R4 http.html#search: POST _search takes parameters in the query and in the body. */
function formOf(request: HttpRequest): GeneralParameters | undefined {
  if (!request.body?.byteLength) return undefined
  assertContentType(request.headers['content-type'], FORM_BODY)
  return splitGeneral(parseQueryString(decodeUtf8(request.body)))
}
