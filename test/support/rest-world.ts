import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRestDoor } from '#rest/door.ts'
import { withWholeBody } from '#rest/http-message.ts'
import { openPrimaryService } from '#runtime/embedded.ts'
import type { AccessPolicy, BinaryRules, FhirService, Limits, Operation, WriteRules } from '#service/index.ts'
import { countingIds, type FixedClock, fixedClock, TEST_TIME } from './memory-ports.ts'
import { type RequestParts, restCall, restRequest, textOf } from './rest-request.ts'
import { testDefinitions } from './test-world.ts'

export interface RestAnswer {
  readonly status: number
  /** Without those that every answer has alike: Vary, X-Request-Id, Cache-Control. */
  readonly headers: Readonly<Record<string, string>>
  /** Parsed; undefined where there is none. */
  readonly body: unknown
}

export interface TextAnswer extends RestAnswer {
  readonly body: string
}

export interface RestWorldOptions {
  /** Default: everyone may see everything. */
  readonly policy?: AccessPolicy
  /** Those that differ from the default. */
  readonly limits?: Partial<Limits>
  readonly rules?: Partial<WriteRules>
  readonly binaries?: Partial<BinaryRules>
  /** Default: all. */
  readonly resourceTypes?: readonly string[]
  /** Default: refused. */
  readonly hardDelete?: 'offered' | 'refused'
  /** Besides those that the service has. */
  readonly operations?: readonly Operation[]
}

export interface RestWorld {
  readonly service: FhirService
  readonly clock: FixedClock
  /** `send('GET /Patient/1')`; an object as the body is sent as FHIR JSON. */
  send(line: string, parts?: RestParts): Promise<RestAnswer>
  /** The whole answer with its body as text, for what is no JSON. */
  answer(line: string, parts?: RestParts): Promise<TextAnswer>
  /** The body as it was sent, where its very text matters. */
  text(line: string, parts?: RestParts): Promise<string>
  /** How many objects there are beside the resources. */
  files(): Promise<number>
  readonly over: 'embedded' | 'engines'
  /**
   * Histories of types and of the system show what is older than this; 0: all at once. Over engines they end where
   * nothing can come to be any more, as no clock and no index of many machines is exact.
   */
  readonly historyLagMs: number
  close(): Promise<void>
}

export interface RestParts extends Omit<RequestParts, 'body'> {
  readonly body?: object | string | Uint8Array
}

export const BASE_URL = 'http://localhost:8080/fhir'

/** The real door over the real service and the embedded engine, at a time that stands still and with ids that count. */
export async function openRestWorld(options: RestWorldOptions = {}): Promise<RestWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'fhir-gateway-rest-'))
  const clock = fixedClock()
  const { service, close } = await openPrimaryService({
    folder,
    clock,
    ids: countingIds(),
    definitions: testDefinitions,
    ...options,
  })
  return restWorldOver({
    service,
    clock,
    async files() {
      const found = await readdir(join(folder, 'objects'), { recursive: true, withFileTypes: true })
      return found.filter(each => each.isFile()).length
    },
    async close() {
      await close()
      await rm(folder, { recursive: true })
    },
  })
}

export interface RestWorldParts extends Pick<RestWorld, 'service' | 'clock' | 'close'> {
  readonly files: () => number | Promise<number>
  /** Default: embedded. */
  readonly over?: RestWorld['over']
  /** Default: 0. */
  readonly historyLagMs?: number
  /** For each request, by the world's clock. Default: there is none. */
  readonly deadlineMs?: number
}

/** The real door over any service. */
export function restWorldOver(parts: RestWorldParts): RestWorld {
  const { service, clock, files, over = 'embedded', historyLagMs = 0, close, deadlineMs } = parts
  const door = createRestDoor(service)
  const exchange = async (line: string, { body, headers, call = restCall({ baseUrl: BASE_URL }) }: RestParts = {}) => {
    const text = typeof body === 'object' && !(body instanceof Uint8Array) ? JSON.stringify(body) : body
    const type = text === undefined ? {} : { 'content-type': 'application/fhir+json' }
    const request: RequestParts = {
      call: deadlineMs === undefined ? call : { ...call, deadline: Math.min(call.deadline, clock.now() + deadlineMs) },
      headers: { ...type, ...headers },
      ...(text !== undefined && { body: text }),
    }
    return textOf(await withWholeBody(await door(restRequest(line, request))))
  }
  const answer = async (line: string, parts?: RestParts): Promise<TextAnswer> => {
    const { status, headers, body } = await exchange(line, parts)
    const { Vary: _vary, 'X-Request-Id': _id, 'Cache-Control': _cache, ...own } = headers
    return { status, headers: own, body }
  }
  return {
    service,
    clock,
    answer,
    async send(line, parts) {
      const { status, headers, body } = await answer(line, parts)
      return { status, headers, body: body === '' ? undefined : JSON.parse(body) }
    },
    files: async () => files(),
    over,
    historyLagMs,
    text: async (line, parts) => (await exchange(line, parts)).body,
    close,
  }
}

export const FHIR_TYPE = { 'Content-Type': 'application/fhir+json; charset=utf-8' }

/** An OperationOutcome of one error. */
export const outcome = (code: string, diagnostics: string, ...expression: readonly string[]) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code, diagnostics, ...(expression.length > 0 && { expression }) }],
})

/** A refusal with an outcome of one error. */
export const refused = (status: number, code: string, diagnostics: string, ...expression: readonly string[]) => ({
  status,
  headers: FHIR_TYPE,
  body: outcome(code, diagnostics, ...expression),
})

export interface Stamp {
  readonly id: string
  readonly version: number
  /** Milliseconds after the world began. */
  readonly afterMs?: number
}

/** ETag and Last-Modified of a version. */
export const versionHeaders = ({ version, afterMs = 0 }: Stamp) => ({
  ETag: `W/"${version}"`,
  'Last-Modified': new Date(TEST_TIME + afterMs).toUTCString(),
})

/** The resource as it is stored: what was sent, with id and meta. */
export function stamped<T extends { readonly resourceType: string }>(resource: T, { id, version, afterMs = 0 }: Stamp) {
  const lastUpdated = new Date(TEST_TIME + afterMs).toISOString()
  return { ...resource, id, meta: { versionId: String(version), lastUpdated } }
}
