import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { fault } from '../fault.ts'
import type { BinaryResult, ReadResult, Revealed } from '../fhir-service.ts'
import type { ByteRange, PresignRequest } from '../ports/object-store.ts'
import type { ResourceContent } from '../resource/content.ts'
import { withContent } from '../with-content.ts'
import {
  type BinaryObject,
  binaryObjectOf,
  objectKey,
  withAddress,
  withAddressMembers,
  withData,
} from './binary-object.ts'
import { gathered, sha256Of } from './byte-stream.ts'
import { isInert } from './inert-content.ts'
import { PRESIGNED_SECONDS } from './keep-bytes.ts'
import { objectUrl } from './object-urls.ts'

/** More bytes than that are given by a URL, where the store has one: Lambda's answers end at 6 MB. */
export const DIRECT_BYTES_MAX = 4 * 1024 * 1024

/** R4 binary.html#rest: the bytes themselves. `read` is one of read or vread, which asks for access. */
export async function readBinary(
  context: ServiceContext,
  call: Call,
  read: () => Promise<ReadResult>,
): Promise<BinaryResult> {
  const result = await read()
  if (result.kind === 'not-modified') return result
  const { version } = result
  const content = version.content()
  const contentType = String(content.contentType)
  const object = binaryObjectOf(content)
  const { objects } = context.ports
  if (!object || !objects) return { ...{ kind: 'found', version, contentType }, ...inlineBytes(content) }
  const key = objectKey(version, object)
  const found = await objects.head(call.tenant, key, call.deadline)
  if (!found) throw fault('not-found', `Binary/${version.id} has no content yet`)
  const url =
    found.bytes > DIRECT_BYTES_MAX ? await objects.presign(call.tenant, key, getRequest(contentType)) : undefined
  const { sha256 } = object
  return {
    ...{ kind: 'found', version, contentType, bytes: found.bytes },
    ...(url !== undefined && { url }),
    ...(sha256 !== undefined && { sha256 }),
    get: range => bytesOf(context, call, key, range),
  }
}

function inlineBytes({ data }: ResourceContent) {
  const bytes = typeof data === 'string' ? Buffer.from(data, 'base64') : new Uint8Array()
  return {
    bytes: bytes.byteLength,
    sha256: sha256Of(bytes),
    get: async (range: ByteRange | undefined) => [range ? bytes.subarray(range.first, range.last + 1) : bytes],
  }
}

async function bytesOf(
  { ports }: ServiceContext,
  call: Call,
  key: string,
  range: ByteRange | undefined,
): Promise<AsyncIterable<Uint8Array>> {
  const object = await ports.objects?.get(call.tenant, key, range, call.deadline)
  if (!object) throw fault('not-found', 'The content was taken away')
  return object.content
}

/** Bytes at a URL for a while. What could run in a page of the store's is saved by browsers, and not opened. */
export const getRequest = (contentType: string): PresignRequest => ({
  ...{ method: 'GET', contentType, seconds: PRESIGNED_SECONDS },
  ...(!isInert(contentType) && { disposition: 'attachment' }),
})

/** The resource with its bytes as base64, or with the URL of many; as it is stored where neither can be had. */
export async function expandBinary(
  context: ServiceContext,
  call: Call,
  version: Revealed,
  bytesAs: 'url' | undefined,
): Promise<Revealed> {
  const { objects } = context.ports
  const stored = version.content()
  const object = binaryObjectOf(stored)
  if (!object || !objects) return version
  const expand = bytesAs === 'url' ? withUrl : expanded
  const content = await expand(context, call, version, stored, object)
  return content === stored ? version : withContent(version, content)
}

/** As FHIR Works on AWS gave it. @throws Fault not-found until there are bytes */
async function withUrl(
  context: ServiceContext,
  call: Call,
  { id }: Revealed,
  stored: ResourceContent,
  object: BinaryObject,
): Promise<ResourceContent> {
  const key = objectKey({ id }, object)
  const found = await context.ports.objects?.head(call.tenant, key, call.deadline)
  if (!found) throw fault('not-found', `Binary/${id} has no content yet`)
  const url = await objectUrl(context, call, key, getRequest(String(stored.contentType)))
  return url === undefined ? stored : withAddress(stored, 'presigned-get-url', url)
}

async function expanded(
  context: ServiceContext,
  call: Call,
  { id }: Revealed,
  stored: ResourceContent,
  object: BinaryObject,
): Promise<ResourceContent> {
  const { objects } = context.ports
  const key = objectKey({ id }, object)
  const contentType = String(stored.contentType)
  const found = await objects?.head(call.tenant, key, call.deadline)
  if (!found) return stored
  if (found.bytes > DIRECT_BYTES_MAX) {
    const url = await objects?.presign(call.tenant, key, getRequest(contentType))
    if (url !== undefined) return withAddress(stored, 'presigned-get-url', url)
  }
  return withData(stored, await gathered(await bytesOf(context, call, key, undefined)))
}

/** What was written, with the URL at which its bytes are awaited. */
export const withPutUrl = (version: Revealed, url: string): Revealed =>
  withContent(version, withAddress(version.content(), 'presigned-put-url', url))

/** A Binary with the URLs that it tells by extensions as plain members: JSON for clients of FHIR Works on AWS. */
export function addressedByMembers(version: Revealed): Revealed {
  const content = withAddressMembers(version.content())
  return content === version.content() ? version : withContent(version, content)
}
