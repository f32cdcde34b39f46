import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { ResourceContent } from '../resource/content.ts'
import { objectKey, withData, withObject } from './binary-object.ts'

/** Bytes up to here stay in the version: one more request to the store would cost more than they do. */
export const INLINE_BYTES_MAX = 8 * 1024

const RAW = new WeakMap<ResourceContent, Uint8Array>()

/** A Binary whose bytes came by themselves; they go along with this very object until it is written. */
export function rawBinary(content: ResourceContent, bytes: Uint8Array): ResourceContent {
  RAW.set(content, bytes)
  return content
}

export interface KeptContent {
  readonly content: ResourceContent
  /** Takes the bytes away again, where the version was not written. */
  readonly undo: () => Promise<void>
}

const NOTHING_TO_UNDO = async (): Promise<void> => undefined

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
  if (!bytes) return { content, undo: NOTHING_TO_UNDO }
  if (!objects || bytes.byteLength <= INLINE_BYTES_MAX) {
    return { content: RAW.has(content) ? withData(content, bytes) : content, undo: NOTHING_TO_UNDO }
  }
  const object = { nonce: ids.nonce(), bytes: bytes.byteLength }
  const key = objectKey({ id }, object)
  const contentType = String(content.contentType)
  await objects.put(call.tenant, key, bytes, { contentType, deadline: call.deadline })
  return {
    content: withObject(content, object),
    undo: () => objects.delete(call.tenant, key, call.deadline),
  }
}

/** Four characters of base64 are three bytes. */
function decoded({ data }: ResourceContent): Uint8Array | undefined {
  return typeof data === 'string' && data.length > (INLINE_BYTES_MAX * 4) / 3 ? Buffer.from(data, 'base64') : undefined
}
