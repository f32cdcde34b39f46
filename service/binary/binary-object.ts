/**
 * Where the bytes of a Binary are that are too many for its version: an extension of `data` names the object. It leaves
 * with lists as it is stored; reads of the Binary itself put the bytes in its place. R4 binary.html
 */
import type { ResourceKey } from '../ports/stored-version.ts'
import type { JsonObject, JsonValue, ResourceContent } from '../resource/content.ts'

const OBJECT_URL = 'urn:fhir-gateway:binary-object'

export interface BinaryObject {
  /** Unguessable; good together with the id of the Binary only. */
  readonly nonce: string
  /** 0 where the client puts them there itself. */
  readonly bytes: number
  /** In base64; undefined where the gateway has not seen the bytes. */
  readonly sha256?: string
}

export const objectKey = ({ id }: Pick<ResourceKey, 'id'>, { nonce }: Pick<BinaryObject, 'nonce'>): string =>
  `binary/${id}/${nonce}`

export function binaryObjectOf({ _data }: ResourceContent): BinaryObject | undefined {
  const found = extensionsOf(_data).find(({ url }) => url === OBJECT_URL)
  const parts = extensionsOf(found)
  const nonce = parts.find(({ url }) => url === 'nonce')?.valueString
  const bytes = parts.find(({ url }) => url === 'bytes')?.valueUnsignedInt
  const sha256 = parts.find(({ url }) => url === 'sha256')?.valueBase64Binary
  return typeof nonce === 'string' && /^[\w.-]{1,128}$/.test(nonce) && typeof bytes === 'number'
    ? { nonce, bytes, ...(typeof sha256 === 'string' && { sha256 }) }
    : undefined
}

/** The Binary with its bytes elsewhere. */
export function withObject(content: ResourceContent, { nonce, bytes, sha256 }: BinaryObject): ResourceContent {
  const { data: _inline, ...rest } = withoutObject(content)
  const object: JsonObject = {
    url: OBJECT_URL,
    extension: [
      { url: 'nonce', valueString: nonce },
      { url: 'bytes', valueUnsignedInt: bytes },
      ...(sha256 === undefined ? [] : [{ url: 'sha256', valueBase64Binary: sha256 }]),
    ],
  }
  return { ...rest, _data: withExtension(rest._data, object) } as ResourceContent
}

/** The Binary with its bytes inside. */
export const withData = (content: ResourceContent, bytes: Uint8Array): ResourceContent => ({
  ...withoutObject(content),
  ...(bytes.byteLength > 0 && { data: Buffer.from(bytes).toString('base64') }),
})

/** The Binary with an address of its bytes: `presigned-get-url`, `presigned-put-url`. */
export const withAddress = (content: ResourceContent, name: AddressName, url: string): ResourceContent => ({
  ...content,
  _data: withExtension(content._data, { url: `urn:fhir-gateway:${name}`, valueUrl: url }),
})

export type AddressName = 'presigned-get-url' | 'presigned-put-url'

const MEMBERS = [
  ['urn:fhir-gateway:presigned-get-url', 'presignedGetUrl'],
  ['urn:fhir-gateway:presigned-put-url', 'presignedPutUrl'],
] as const

/** The same as clients of FHIR Works on AWS have it: plain members, and no word of where the bytes are kept. */
export function withAddressMembers(content: ResourceContent): ResourceContent {
  const found = extensionsOf(content._data)
  const addresses = MEMBERS.flatMap(([url, member]) => {
    const address = found.find(extension => extension.url === url)?.valueUrl
    return typeof address === 'string' ? [[member, address] as const] : []
  })
  if (addresses.length === 0) return content
  const ours = new Set<JsonValue | undefined>([OBJECT_URL, ...MEMBERS.map(([url]) => url)])
  return { ...withoutExtensions(content, ours), ...Object.fromEntries(addresses) } as ResourceContent
}

/** What such a client has read, as a resource of R4. */
export function withoutAddressMembers(content: JsonValue): JsonValue {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return content
  if (!MEMBERS.some(([_url, member]) => Object.hasOwn(content, member))) return content
  const { presignedGetUrl: _get, presignedPutUrl: _put, ...rest } = content as JsonObject
  return rest
}

const withoutObject = (content: ResourceContent): ResourceContent => withoutExtensions(content, ONLY_OBJECT)

const ONLY_OBJECT: ReadonlySet<JsonValue | undefined> = new Set([OBJECT_URL])

function withoutExtensions(content: ResourceContent, urls: ReadonlySet<JsonValue | undefined>): ResourceContent {
  if (content._data === undefined) return content
  const { _data, ...rest } = content
  const extension = extensionsOf(_data).filter(({ url }) => !urls.has(url))
  const { extension: _all, ...others } = _data as JsonObject
  const left = { ...others, ...(extension.length > 0 && { extension: [...extension] }) }
  return { ...rest, ...(Object.keys(left).length > 0 && { _data: left }) } as ResourceContent
}

const withExtension = (companion: JsonValue | undefined, extension: JsonObject): JsonObject => ({
  ...(companion as JsonObject | undefined),
  extension: [...extensionsOf(companion), extension],
})

function extensionsOf(value: JsonValue | undefined): readonly JsonObject[] {
  const { extension } = (value ?? {}) as JsonObject
  return Array.isArray(extension) ? (extension as JsonObject[]) : []
}
