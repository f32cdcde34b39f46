import { assertPermitted } from '../access/permit.ts'
import { isRevealed, type Tombstone } from '../access/reveal.ts'
import { revealOne } from '../access/reveal-each.ts'
import { withAttachmentUrls } from '../binary/attachment-urls.ts'
import { expandBinary } from '../binary/read-binary.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Definitions } from '../definitions.ts'
import { type Fault, fault } from '../fault.ts'
import type { ReadRequest, ReadResult, Revealed, View } from '../fhir-service.ts'
import { isResourceId } from '../interaction-request.ts'
import { builtInDefinition } from '../operations/built-in-definition.ts'
import { applyView, isFullView } from '../resource/view.ts'
import { withContent } from '../with-content.ts'
import { assertKnownType, notFound } from './known-type.ts'

/** R4 http.html#read */
export async function read(context: ServiceContext, call: Call, request: ReadRequest): Promise<ReadResult> {
  return withBytes(context, call, await readStored(context, call, request), request)
}

/** The result with the bytes of a Binary in their place, or with the URLs of those that Attachments name. */
export async function withBytes(
  context: ServiceContext,
  call: Call,
  result: ReadResult,
  { bytesAs }: Pick<ReadRequest, 'bytesAs'>,
): Promise<ReadResult> {
  if (result.kind !== 'found') return result
  if (result.version.type !== 'Binary') {
    const [version = result.version] = await withAttachmentUrls(context, call, [result.version])
    return { kind: 'found', version }
  }
  return { kind: 'found', version: await expandBinary(context, call, result.version, bytesAs) }
}

/** The same but for the bytes of a Binary, which may be elsewhere. */
export async function readStored(context: ServiceContext, call: Call, request: ReadRequest): Promise<ReadResult> {
  const { ports, policy } = context
  const definitions = context.definitions.for(call.tenant)
  const { type, id } = request
  assertKnownType(definitions, type)
  assertPermitted(policy, call, 'read', type)
  if (!isResourceId(id)) throw notFound(request)
  const [newest] = await ports.store.readNewest(call.tenant, [{ type, id }], call.deadline)
  const version = await revealOne(context, call, newest)
  if (isRevealed(version)) return readResult(definitions, version, request)
  if (version) throw gone(version)
  const builtIn = builtInDefinition(context, call, request)
  if (!builtIn) throw notFound(request)
  return readResult(definitions, builtIn, request)
}

/** What the conditions and the view of a read make of a version: R4 http.html#cread */
export function readResult(definitions: Definitions, version: Revealed, request: ReadRequest): ReadResult {
  if (isKnownToCaller(version, request)) return { kind: 'not-modified', version }
  return { kind: 'found', version: viewed(definitions, version, request.view) }
}

/** The version cut to the view; itself where the view is full. */
export function viewed(definitions: Definitions, version: Revealed, view: View | undefined): Revealed {
  if (!view || isFullView(view)) return version
  return withContent(version, applyView(definitions, version.content(), view))
}

export const gone = ({ type, id, versionId }: Tombstone): Fault =>
  fault('gone', `${type}/${id} was deleted; version ${versionId} records that`)

/** RFC 9110: If-Modified-Since counts only without If-None-Match, and to the second. */
function isKnownToCaller(version: Revealed, { ifNoneMatch, ifModifiedSince }: ReadRequest): boolean {
  if (ifNoneMatch) return ifNoneMatch.includes('*') || ifNoneMatch.includes(String(version.versionId))
  return ifModifiedSince !== undefined && Math.floor(version.lastUpdated / 1000) <= Math.floor(ifModifiedSince / 1000)
}
