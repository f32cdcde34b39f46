/** Media types of what comes and goes. R4 http.html#mime-type, #parameters */
import Negotiator from 'negotiator'
import { fault } from '#service/index.ts'
import { memoize } from './memoize.ts'

export const FHIR_JSON = 'application/fhir+json'
const FORM = 'application/x-www-form-urlencoded'

const FHIR_XML = 'application/fhir+xml'

const JSON_TYPES = [FHIR_JSON, 'application/json', 'text/json']
const XML_TYPES = [FHIR_XML, 'application/xml', 'text/xml']

export const GRAPHQL_RESPONSE = 'application/graphql-response+json'

const UTF8 = '; charset=utf-8'

/**
 * Values of `_format`. A '+' that was not percent-encoded arrives as a space: R4 clients do that, so it is read as
 * meant.
 */
const FORMATS: ReadonlyMap<string, string> = new Map([
  ['json', FHIR_JSON],
  ...JSON_TYPES.map(type => [type, type] as const),
  ['application/fhir json', FHIR_JSON],
  ['xml', FHIR_XML],
  ...XML_TYPES.map(type => [type, type] as const),
  ['application/fhir xml', FHIR_XML],
])

/** Whether a resource is XML in content of this type. */
export const isXmlType = (contentType: string): boolean => XML_TYPES.includes(parseMediaType(contentType).type)

/** What an answer may be in, the first where the client leaves it open. */
export interface AnswerRule {
  readonly first: string
  /** By Accept header: one of the types, or '' where none will do. */
  readonly acceptable: (accept: string) => string
}

/** Neither changes which of our types is meant: everything is UTF-8 and FHIR 4.0 (other versions are refused). */
const IGNORED_PARAMETERS = /;\s*(?:charset\s*=\s*"?utf-8"?|fhirversion\s*=\s*"?4\.0(?:\.1)?"?)\s*(?=[;,]|$)/gi

function answerRule(first: string, ...others: readonly string[]): AnswerRule {
  const types = [first, ...others]
  const acceptable = memoize(accept => {
    const headers = { accept: accept.replace(IGNORED_PARAMETERS, '') }
    return new Negotiator({ headers }).mediaType(types) ?? ''
  })
  return { first, acceptable }
}

export const FHIR_ANSWER = answerRule(FHIR_JSON, 'application/json', 'text/json', ...XML_TYPES)
/** GraphQL-over-HTTP's own type; FHIR's because FHIR clients ask for it whatever they do. */
export const GRAPHQL_ANSWER = answerRule('application/json', GRAPHQL_RESPONSE, FHIR_JSON)

/**
 * Content-Type of the answer, with its charset.
 * @throws Fault not-acceptable where the client takes nothing that this server can give.
 */
export function negotiateAnswer(rule: AnswerRule, accept: string | undefined, format: string | undefined): string {
  // R4 http.html#parameters: _format overrides the Accept header.
  if (format) return answerOfFormat(format)
  return !accept?.trim() || accept === '*/*' ? rule.first + UTF8 : answerOfAccept(rule, accept)
}

function answerOfFormat(format: string): string {
  const name = format.toLowerCase()
  const { type, parameters } = parseMediaType(name)
  const known = FORMATS.get(type)
  if (known && isFhirR4(parameters)) return known + UTF8
  throw fault(
    'not-acceptable',
    `_format ${JSON.stringify(format)} is unknown. Use json, xml, ${FHIR_JSON} or ${FHIR_XML}.`,
    { expression: ['_format'] },
  )
}

function answerOfAccept({ first, acceptable }: AnswerRule, accept: string): string {
  const type = acceptable(accept)
  if (type !== '') return type + UTF8
  throw fault('not-acceptable', `Nothing that Accept names is offered. Ask for ${offered(first)} (FHIR version 4.0).`)
}

const offered = (first: string): string => (first === FHIR_JSON ? `${FHIR_JSON} or ${FHIR_XML}` : first)

/** Whether an Accept header takes what is of this type. */
export const accepts = (accept: string, contentType: string): boolean =>
  new Negotiator({ headers: { accept } }).mediaType([parseMediaType(contentType).type]) !== undefined

interface MediaType {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
}

const parseMediaType = memoize((text: string): MediaType => {
  const [type = '', ...rest] = text.toLowerCase().split(';')
  const parameters = rest.map((parameter): [string, string] => {
    const equals = parameter.indexOf('=')
    const value = parameter.slice(equals + 1).trim()
    return [parameter.slice(0, equals).trim(), value.startsWith('"') ? value.slice(1, -1) : value]
  })
  return { type: type.trim(), parameters: new Map(parameters) }
})

function isFhirR4(parameters: MediaType['parameters']): boolean {
  const version = parameters.get('fhirversion') ?? '4.0'
  return version === '4.0' || version === '4.0.1'
}

export interface BodyRule {
  readonly types: readonly string[]
  /** For the refusal: what the request should have sent. */
  readonly wanted: string
}

/** A resource; the door has read what is XML before an interaction looks at it. */
export const RESOURCE_BODY: BodyRule = {
  types: [...JSON_TYPES, ...XML_TYPES],
  wanted: `${FHIR_JSON} or ${FHIR_XML}`,
}
const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/xml-patch+xml',
] as const

export type PatchType = (typeof PATCH_TYPES)[number]

export const PATCH_BODY: BodyRule = {
  types: [...PATCH_TYPES, ...JSON_TYPES, ...XML_TYPES],
  wanted: `${PATCH_TYPES.join(', ')}, or a FHIRPath Patch as ${FHIR_JSON}`,
}
export const FORM_BODY: BodyRule = { types: [FORM], wanted: FORM }
export const GRAPHQL_BODY: BodyRule = {
  types: ['application/json', 'application/graphql', FHIR_JSON],
  wanted: 'application/json or application/graphql',
}

/**
 * The request's media type, one of the rule's.
 * @throws Fault unsupported-media-type for another one, another charset than UTF-8 or another FHIR version than 4.0.
 */
export function assertContentType(contentType: string | undefined, rule: BodyRule): string {
  if (!contentType) throw fault('unsupported-media-type', `The request has no Content-Type. Send ${rule.wanted}.`)
  const { type, parameters } = parseMediaType(contentType)
  if (!rule.types.includes(type)) {
    throw fault('unsupported-media-type', `Content-Type ${JSON.stringify(type)} is not taken: send ${rule.wanted}.`)
  }
  const charset = parameters.get('charset') ?? 'utf-8'
  if (charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii')
    throw fault('unsupported-media-type', `Charset ${JSON.stringify(charset)} is not taken: send UTF-8.`)
  if (!isFhirR4(parameters))
    throw fault(
      'unsupported-media-type',
      `FHIR version ${JSON.stringify(parameters.get('fhirversion'))} is not taken: this is a FHIR 4.0 server.`,
    )
  return type
}
