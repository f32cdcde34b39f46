import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { fault } from '../fault.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { ResourceContent } from '../resource/content.ts'
import { objectKey, withData, withObject } from './binary-object.ts'

/** Bytes up to here stay in the version: one more request to the store would cost more than they do. */
export const INLINE_BYTES_MAX = 8 * 1024

/** A URL is good for so long: FHIR Works on AWS gave the same. */
export const PRESIGNED_SECONDS = 300

const RAW = new WeakMap<ResourceContent, Uint8Array>()

/** A Binary whose bytes came by themselves; they go along with this very object until it is written. */
export function rawBinary(content: ResourceContent, bytes: Uint8Array): ResourceContent {
  RAW.set(content, bytes)
  return content
}

export type Undo = () => Promise<void>

export interface KeptContent {
  readonly content: ResourceContent
  /** Takes the bytes away again, where the version was not written. */
  readonly undo: Undo
  /** Where the client is to put the bytes itself: it sent none, and the store has a door of its own. */
  readonly putUrl?: string
}

const NOTHING_TO_UNDO: Undo = async () => undefined

/**
 * What is to be written as the version. Bytes come first: where the process ends before the version is written, there
 * are bytes that nobody names, and never a version without bytes.
 */
export async function keepBytes(
  { ports: { objects, ids } }: ServiceContext,
  call: Call,
  id: string,
  content: ResourceContent,
): Promise<KeptContent> {
  const bytes = RAW.get(content) ?? decoded(content)
  if (!bytes) return withoutBytes(objects, call, { id, nonce: ids.nonce() }, content)
  if (!objects || bytes.byteLength <= INLINE_BYTES_MAX) {
    return { content: RAW.has(content) ? withData(content, bytes) : content, undo: NOTHING_TO_UNDO }
  }
  const object = { nonce: ids.nonce(), bytes: bytes.byteLength }
  const key = objectKey({ id }, object)
  const contentType = String(content.contentType)
  assertHeader(contentType)
  await objects.put(call.tenant, key, bytes, { contentType, deadline: call.deadline })
  return {
    content: withObject(content, object),
    undo: () => objects.delete(call.tenant, key, call.deadline),
  }
}

/** The store keeps it as a header of the object. */
const CONTENT_TYPE_LENGTH_MAX = 1_000

function assertHeader(contentType: string): void {
  if (contentType.length <= CONTENT_TYPE_LENGTH_MAX) return
  throw fault('unprocessable', `A contentType may have ${CONTENT_TYPE_LENGTH_MAX} characters`, {
    code: 'too-long',
    expression: ['Binary.contentType'],
  })
}

/** A Binary that says its type alone waits for its bytes, if it can be told where to put them. */
async function withoutBytes(
  objects: ObjectStore | undefined,
  call: Call,
  { id, nonce }: { readonly id: string; readonly nonce: string },
  content: ResourceContent,
): Promise<KeptContent> {
  const contentType = String(content.contentType)
  assertHeader(contentType)
  const request = { method: 'PUT', contentType, seconds: PRESIGNED_SECONDS } as const
  const putUrl =
    content.data === undefined && content._data === undefined
      ? await objects?.presign(call.tenant, objectKey({ id }, { nonce }), request)
      : undefined
  if (putUrl === undefined) return { content, undo: NOTHING_TO_UNDO }
  return { content: withObject(content, { nonce, bytes: 0 }), undo: NOTHING_TO_UNDO, putUrl }
}

/** Four characters of base64 are three bytes. */
function decoded({ data }: ResourceContent): Uint8Array | undefined {
  return typeof data === 'string' && data.length > (INLINE_BYTES_MAX * 4) / 3 ? Buffer.from(data, 'base64') : undefined
}
