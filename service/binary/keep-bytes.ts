import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { Fault, type FaultCategory, fault } from '../fault.ts'
import type { ResourceContent } from '../resource/content.ts'
import { binaryObjectOf, objectKey, withData, withObject } from './binary-object.ts'
import { givesUrls } from './binary-rules.ts'
import { type Bytes, beginningOf, gathered, measured, sha256Of } from './byte-stream.ts'
import { objectUrl } from './object-urls.ts'

/** Bytes up to here stay in the version: one more request to the store would cost more than they do. */
const INLINE_BYTES_MAX = 8 * 1024

/** A URL is good for so long: FHIR Works on AWS gave the same. */
export const PRESIGNED_SECONDS = 300

export type Undo = () => Promise<void>

export interface KeptContent {
  readonly content: ResourceContent
  /** Takes the bytes away again, where the version was not written. */
  readonly undo: Undo
  /** Where the client is to put the bytes itself: it sent none, and the store has a door of its own. */
  readonly putUrl?: string
}

const NOTHING_TO_UNDO: Undo = async () => undefined

/** What the bytes of a Binary are kept for. */
export interface Place {
  readonly id: string
  readonly content: ResourceContent
}

/**
 * What is to be written as the version. Bytes come first: where the process ends before the version is written, there
 * are bytes that nobody names, and never a version without bytes.
 */
export async function keepBytes(
  context: ServiceContext,
  call: Call,
  id: string,
  content: ResourceContent,
  /** Whether the writer is told where to put bytes that it has not sent. */
  tells: 'urls' | 'nothing',
): Promise<KeptContent> {
  const bytes = decoded(content, inlineBytesMax(context))
  if (!bytes) return tells === 'urls' ? withoutBytes(context, call, { id, content }) : unchanged(content)
  const kept = await keepRawBytes(context, call, { id, content }, bytes)
  const object = binaryObjectOf(kept.content)
  if (context.binaries.urls !== 'members' || tells !== 'urls' || !object) return kept
  // Clients of FHIR Works on AWS put them in any case: there, data was passed over.
  const putUrl = await putUrlOf(context, call, { id, content }, object.nonce)
  return { ...kept, ...(putUrl !== undefined && { putUrl }) }
}

/** Where clients count on URLs, there is an object for each to lead to. */
const inlineBytesMax = ({ binaries }: ServiceContext): number => (givesUrls(binaries) ? 0 : INLINE_BYTES_MAX)

const unchanged = (content: ResourceContent): KeptContent => ({ content, undo: NOTHING_TO_UNDO })

/** The same for bytes that came by themselves. Of a stream no more is held than what may stay in a version. */
export async function keepRawBytes(
  context: ServiceContext,
  call: Call,
  { id, content }: Place,
  bytes: Bytes,
): Promise<KeptContent> {
  const { objects, ids } = context.ports
  const inlineMax = inlineBytesMax(context)
  const begun = bytes instanceof Uint8Array ? ({ kind: 'all', bytes } as const) : await beginningOf(bytes, inlineMax)
  if (!objects || (begun.kind === 'all' && begun.bytes.byteLength <= inlineMax)) {
    const all = begun.kind === 'all' ? begun.bytes : await gathered(begun.content)
    return { content: withData(content, all), undo: NOTHING_TO_UNDO }
  }
  const nonce = ids.nonce()
  const key = objectKey({ id }, { nonce })
  const options = { contentType: objectTypeOf(content), deadline: call.deadline }
  const { content: sent, sha256 } = begun.kind === 'all' ? wholly(begun.bytes) : measured(begun.content)
  const kept = await objects.put(call.tenant, key, sent, options)
  return {
    content: withObject(content, { nonce, bytes: kept.bytes, sha256: sha256() }),
    undo: () => objects.delete(call.tenant, key, call.deadline),
  }
}

const wholly = (bytes: Uint8Array) => ({ content: bytes, sha256: () => sha256Of(bytes) })

/** Whether a write that has failed so has certainly left no version: then its bytes may go. */
export const isRefusal = (error: unknown): boolean => Fault.is(error) && !UNCERTAIN.has(error.category)

const UNCERTAIN: ReadonlySet<FaultCategory> = new Set<FaultCategory>(['unavailable', 'throttled', 'too-costly'])

/** The store keeps it as a header of the object. */
const CONTENT_TYPE_LENGTH_MAX = 1_000

/** @throws Fault unprocessable where no object can have it. */
function objectTypeOf(content: ResourceContent): string {
  const contentType = String(content.contentType)
  if (contentType.length <= CONTENT_TYPE_LENGTH_MAX) return contentType
  throw fault('unprocessable', `A contentType may have ${CONTENT_TYPE_LENGTH_MAX} characters`, {
    code: 'too-long',
    expression: ['Binary.contentType'],
  })
}

/** A Binary that says its type alone waits for its bytes, if it can be told where to put them. */
async function withoutBytes(context: ServiceContext, call: Call, place: Place): Promise<KeptContent> {
  const { content } = place
  objectTypeOf(content)
  if (content.data !== undefined || content._data !== undefined) return unchanged(content)
  const nonce = context.ports.ids.nonce()
  const putUrl = await putUrlOf(context, call, place, nonce)
  if (putUrl === undefined) return unchanged(content)
  return { content: withObject(content, { nonce, bytes: 0 }), undo: NOTHING_TO_UNDO, putUrl }
}

const putUrlOf = (
  context: ServiceContext,
  call: Call,
  { id, content }: Place,
  nonce: string,
): Promise<string | undefined> =>
  objectUrl(context, call, objectKey({ id }, { nonce }), {
    method: 'PUT',
    contentType: objectTypeOf(content),
    seconds: PRESIGNED_SECONDS,
  })

/** Four characters of base64 are three bytes. */
function decoded({ data }: ResourceContent, inlineMax: number): Uint8Array | undefined {
  return typeof data === 'string' && data.length > (inlineMax * 4) / 3 ? Buffer.from(data, 'base64') : undefined
}
