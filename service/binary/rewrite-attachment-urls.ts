/**
 * Attachments that name Binaries of this server, given with URLs of the bytes to whoever asks for them: what a browser
 * shows needs no token then. A URL has behind it, as its fragment, what it stands for, so that whoever writes back what
 * was read loses nothing.
 */
import { readMany } from '../access/read-many.ts'
import { isRevealed, type Tombstone } from '../access/reveal.ts'
import { revealOne } from '../access/reveal-each.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Revealed } from '../fhir-service.ts'
import { mapConcurrently } from '../map-concurrently.ts'
import type { ResourceContent } from '../resource/content.ts'
import { mentions } from '../resource/json-text.ts'
import { rewriteAttachments } from '../resource/references.ts'
import { withContent } from '../with-content.ts'
import { binaryObjectOf, objectKey } from './binary-object.ts'
import { keyOfUrl, objectUrl } from './object-urls.ts'
import { getRequest } from './read-binary.ts'

const TYPE = 'Binary'

interface Named {
  readonly id: string
  /** undefined: the newest. */
  readonly versionId: number | undefined
}

const NAMED = /^Binary\/([A-Za-z0-9.-]{1,64})(?:\/_history\/([1-9]\d{0,14}))?$/

/** The Binary that a URL in a resource names; undefined: none of this server. */
function namedBy({ baseUrl }: Call, url: string): Named | undefined {
  const local = url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length + 1) : url
  const [, id, versionId] = NAMED.exec(local) ?? []
  return id === undefined ? undefined : { id, versionId: versionId === undefined ? undefined : Number(versionId) }
}

/**
 * The versions as the call asks for them. Binaries that the caller may not read stay as they are named, and so do those
 * whose bytes are in the resource. They are looked up together, whatever the number of versions.
 */
export async function giveAttachmentUrls<Version extends Revealed | Tombstone | undefined>(
  context: ServiceContext,
  call: Call,
  versions: readonly Version[],
): Promise<readonly Version[]> {
  if (!context.policy.permits(call, 'read', TYPE)) return versions
  const definitions = context.definitions.for(call.tenant)
  const named = new Map<string, Named>()
  const naming = new Set<Version>()
  for (const version of versions) {
    // Nearly no resource names any: those are not parsed.
    if (!isRevealed(version) || !mentions(version.body, /Binary\//)) continue
    rewriteAttachments(definitions, version.content(), url => {
      const binary = namedBy(call, url)
      if (!binary) return undefined
      named.set(url, binary)
      naming.add(version)
      return undefined
    })
  }
  if (naming.size === 0) return versions
  const urls = await urlsOf(context, call, named)
  return versions.map(version => {
    if (!isRevealed(version) || !naming.has(version)) return version
    const stored = version.content()
    const content = rewriteAttachments(definitions, stored, url => urls.get(url))
    return content === stored ? version : withContent(version, content)
  })
}

/** By the text that names a Binary: a URL of its bytes for each that the caller may see. */
async function urlsOf(
  context: ServiceContext,
  call: Call,
  named: ReadonlyMap<string, Named>,
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set([...named.values()].map(({ id }) => id))]
  const found = await readMany(
    context,
    call,
    ids.map(id => ({ type: TYPE, id })),
  )
  const newest = new Map(ids.map((id, index) => [id, found[index]]))
  const urls = await mapConcurrently([...named], context.limits.concurrencyMax, async ([text, binary]) => {
    const binaryVersion = await versionOf(context, call, binary, newest.get(binary.id))
    const url = binaryVersion && (await bytesUrl(context, call, binaryVersion))
    return url === undefined ? [] : [[text, `${url}#${text}`] as const]
  })
  return new Map(urls.flat())
}

async function versionOf(
  context: ServiceContext,
  call: Call,
  { id, versionId }: Named,
  newest: Revealed | undefined,
): Promise<Revealed | undefined> {
  if (versionId === undefined || newest?.versionId === versionId) return newest
  if (!context.policy.permits(call, 'vread', TYPE)) return undefined
  const stored = await context.ports.store.readVersion(call.tenant, { type: TYPE, id }, versionId, call.deadline)
  const version = await revealOne(context, call, stored)
  return isRevealed(version) ? version : undefined
}

/** undefined: its bytes are in the resource, or nowhere yet. */
async function bytesUrl(context: ServiceContext, call: Call, version: Revealed): Promise<string | undefined> {
  const content = version.content()
  const object = binaryObjectOf(content)
  if (!object) return undefined
  return objectUrl(context, call, objectKey(version, object), getRequest(String(content.contentType)))
}

const KEY = /^binary\/([A-Za-z0-9.-]{1,64})\//

/** What is written, with what such URLs stand for in their place. */
export async function takeAttachmentUrls(
  context: ServiceContext,
  call: Call,
  content: ResourceContent,
): Promise<ResourceContent> {
  const definitions = context.definitions.for(call.tenant)
  const urls = new Set<string>()
  rewriteAttachments(definitions, content, url => {
    if (/^https?:/.test(url) && !namedBy(call, url)) urls.add(url)
    return undefined
  })
  if (urls.size === 0) return content
  const stood = new Map<string, string>()
  for (const url of urls) {
    const [address = '', text = ''] = url.split('#', 2)
    const id = KEY.exec((await keyOfUrl(context, call, address)) ?? '')?.[1]
    if (id !== undefined) stood.set(url, namedBy(call, text)?.id === id ? text : `${TYPE}/${id}`)
  }
  return stood.size === 0 ? content : rewriteAttachments(definitions, content, url => stood.get(url))
}
