/** What a request's headers and general parameters ask for. R4 http.html#general, #parameters, #concurrency */
import {
  fault,
  fingerprintOf,
  IDEMPOTENCY_KEY_LENGTH_MAX,
  type OnceRequest,
  type Parameters,
  parseEntityTags,
  type VersionMatch,
} from '#service/index.ts'
import type { HttpRequest } from './http-message.ts'
import { memoize } from './memoize.ts'

export interface Preference {
  /** R4 http.html#ops. undefined: the client does not say. */
  readonly return: 'minimal' | 'representation' | 'OperationOutcome' | undefined
  /** R4 search.html#errors */
  readonly handling: 'strict' | 'lenient' | undefined
  /** R4 async.html */
  readonly async: boolean
}

const NO_PREFERENCE: Preference = { return: undefined, handling: undefined, async: false }

/** Preferences that are unknown are passed over (RFC 7240, 2). */
const parsePreference = memoize((prefer: string): Preference => {
  let returned: Preference['return']
  let handling: Preference['handling']
  let async = false
  for (const part of prefer.split(/[,;]/)) {
    const [name = '', value = ''] = part.split('=').map(text => text.trim().replaceAll('"', ''))
    if (name.toLowerCase() === 'return') {
      if (value === 'minimal' || value === 'representation' || value === 'OperationOutcome') returned = value
    } else if (name.toLowerCase() === 'handling') {
      if (value === 'strict' || value === 'lenient') handling = value
    } else if (name.toLowerCase() === 'respond-async') {
      async = true
    }
  }
  return { return: returned, handling, async }
})

export const preferenceOf = (request: HttpRequest): Preference => {
  const { prefer } = request.headers
  return prefer ? parsePreference(prefer) : NO_PREFERENCE
}

/**
 * @throws Fault invalid where the header names no version: taking it for absent would lose somebody's update.
 */
export function ifMatchOf(request: HttpRequest): VersionMatch | undefined {
  const header = request.headers['if-match']
  if (header === undefined) return undefined
  const tags = parseEntityTags(header, 'If-Match')
  return tags.length === 1 ? tags[0] : tags
}

/**
 * If-None-Match of a PUT: only `*` has a meaning there, and what has none is refused, since its sender counts on it.
 * @throws Fault invalid
 */
export function createOnlyOf(request: HttpRequest): '*' | undefined {
  const header = request.headers['if-none-match']
  if (header === undefined) return undefined
  if (header.trim() === '*') return '*'
  throw fault('invalid', `If-None-Match of an update is * (create only), not '${header}'`, { code: 'value' })
}

export interface ReadConditions {
  readonly ifNoneMatch?: readonly string[]
  readonly ifModifiedSince?: number
}

const NO_CONDITIONS: ReadConditions = {}

/**
 * A date that can't be read is passed over (RFC 9110, 13.1.3): the answer is then the resource, which is always right.
 */
export function readConditionsOf(request: HttpRequest): ReadConditions {
  // What the client has kept would have URLs in it that are good for nothing any more.
  if (request.call.attachments) return NO_CONDITIONS
  const tags = request.headers['if-none-match']
  // RFC 9110, 13.1.3: If-Modified-Since counts only where there is no If-None-Match.
  if (tags !== undefined) return { ifNoneMatch: parseEntityTags(tags, 'If-None-Match') }
  const since = request.headers['if-modified-since']
  if (since === undefined) return NO_CONDITIONS
  const ifModifiedSince = Date.parse(since)
  return Number.isNaN(ifModifiedSince) ? NO_CONDITIONS : { ifModifiedSince }
}

/** A search whose answer must hold every write before it. R4 http.html#read "Cache-Control: no-cache" */
export const asksForFresh = (request: HttpRequest): boolean =>
  request.headers['cache-control']?.toLowerCase().includes('no-cache') ?? false

/** Parameters that every interaction takes and the door itself answers, apart from those of the interaction. */
export interface GeneralParameters {
  readonly format: string | undefined
  readonly pretty: boolean
  /** Those two as given, for links to other pages. */
  readonly general: Parameters
  readonly others: Parameters
}

export function splitGeneral(parameters: Parameters): GeneralParameters {
  if (parameters.length === 0) return { format: undefined, pretty: false, general: parameters, others: parameters }
  let format: string | undefined
  let pretty = false
  const general: (readonly [string, string])[] = []
  const others: (readonly [string, string])[] = []
  for (const parameter of parameters) {
    const [name, value] = parameter
    if (name === '_format') {
      format ??= value
      if (value !== '') general.push(parameter)
    } else if (name === '_pretty') {
      pretty = isTrue(parameter)
      general.push(parameter)
    } else {
      others.push(parameter)
    }
  }
  return { format, pretty, general, others }
}

function isTrue([name, value]: readonly [string, string]): boolean {
  if (value === 'true') return true
  if (value === 'false') return false
  throw fault('invalid', `${name} is true or false, not ${JSON.stringify(value)}.`, {
    code: 'value',
    expression: [name],
  })
}

const IDEMPOTENCY_KEY = new RegExp(`^[\\x21-\\x7e]{1,${IDEMPOTENCY_KEY_LENGTH_MAX}}$`)

/**
 * Idempotency-Key: the same request sent again, after an answer was lost, has its effect once.
 * @throws Fault invalid where it is no key.
 */
export function onceOf(request: HttpRequest): { readonly once?: OnceRequest } {
  const key = request.headers['idempotency-key']
  if (key === undefined) return {}
  if (!IDEMPOTENCY_KEY.test(key)) {
    const form = `1 to ${IDEMPOTENCY_KEY_LENGTH_MAX} visible ASCII characters, such as a UUID`
    throw fault('invalid', `Idempotency-Key must be ${form}`, {
      code: 'value',
      expression: ['Idempotency-Key'],
    })
  }
  const { method, url, headers, body } = request
  const head = JSON.stringify([method, url, headers['if-none-exist'] ?? ''])
  return { once: { key, fingerprint: fingerprintOf(head, body ?? NO_BYTES) } }
}

const NO_BYTES = new Uint8Array(0)
