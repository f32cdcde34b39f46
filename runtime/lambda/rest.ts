/** Lambda entry: the FHIR REST door behind API Gateway. */
import { createRestDoor } from '#rest/door.ts'
import { answerFailure } from '#rest/http-manners.ts'
import { type HttpRequest, type HttpResponse, withWholeBody } from '#rest/http-message.ts'
import { type Fault, fault } from '#service/index.ts'
import { ANONYMOUS, type Identity } from '../identity.ts'
import { givenRequestId } from '../request-ids.ts'
import {
  bodyOf,
  headersOf,
  type ProxyEvent,
  type ProxyResult,
  proxyAddressOf,
  proxyResultOf,
  queryOf,
} from './api-gateway.ts'
import { proxyIdentity } from './caller.ts'
import { deadlineOf, type LambdaContext } from './lambda-context.ts'
import { openLambdaService } from './service.ts'

/** So that the refusal of what takes too long gets out. */
const ANSWER_MS = 500

/** While the process starts, which Lambda gives more CPU than any request. */
const { service, config, logger } = openLambdaService()
const http = { corsOrigins: config.corsOrigins }
const door = createRestDoor(service, http)
let isFirst = true

export async function handler(event: ProxyEvent, context: LambdaContext): Promise<ProxyResult> {
  const start = performance.now()
  const { request, response } = await exchange(event, context)
  const result = proxyResultOf(await withWholeBody(response))
  const sent = fits(result) ? result : proxyResultOf(await answerFailure(request, tooLarge(event.httpMethod), http))
  const { requestId } = request.call
  // No path and no query, since they name patients.
  logger.info('Request', {
    requestId,
    method: event.httpMethod,
    status: sent.statusCode,
    durationMs: Math.round(performance.now() - start),
    isFirst,
  })
  isFirst = false
  return sent
}

interface Exchange {
  readonly request: HttpRequest
  readonly response: HttpResponse
}

async function exchange(event: ProxyEvent, context: LambdaContext): Promise<Exchange> {
  const headers = headersOf(event)
  const address = proxyAddressOf(event)
  const requestAs = ({ tenant, caller }: Identity): HttpRequest => ({
    method: event.httpMethod,
    url: (address?.path ?? '') + queryOf(event),
    headers,
    body: bodyOf(event),
    call: {
      requestId: givenRequestId(headers['x-request-id']) ?? event.requestContext.requestId,
      tenant,
      caller,
      door: 'rest',
      baseUrl: config.baseUrl ?? address?.baseUrl ?? '',
      deadline: deadlineOf(context, ANSWER_MS),
      logger,
    },
  })
  try {
    const request = requestAs(proxyIdentity(event, config.access.terms))
    return { request, response: await (address ? door(request) : answerFailure(request, NO_FHIR_ADDRESS, http)) }
  } catch (failure) {
    const request = requestAs(ANONYMOUS)
    return { request, response: await answerFailure(request, failure, http) }
  }
}

const NO_FHIR_ADDRESS = fault('not-found', 'There is no FHIR address here.')

/** Lambda's limit for an answer: 6 MB as JSON text, a bit of which is its frame. */
const RESULT_BYTES_MAX = 6 * 1024 * 1024 - 64 * 1024

/** JSON text escapes quotes, of which FHIR is full: it is measured only where it may matter. */
const fits = (result: ProxyResult): boolean =>
  result.body.length < RESULT_BYTES_MAX / 6 || Buffer.byteLength(JSON.stringify(result.body)) <= RESULT_BYTES_MAX

function tooLarge(method: string): Fault {
  const done = method === 'GET' ? '' : '; what was to be written is written'
  const advice = 'Ask for less (_count, _elements), for a compressed answer, or for Prefer: return=minimal.'
  return fault('too-costly', `The answer is larger than the 6 MB that can leave here${done}. ${advice}`)
}
